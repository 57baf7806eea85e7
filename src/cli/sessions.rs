//! `segue sessions`: list, show, export, erase.

use super::remote::Where;
use super::sheet::Sheet;
use super::{Error, out};
use crate::house::admin::SessionDetail;
use clap::Subcommand;
use segue_proto::admin::v1 as wire;
use uuid::Uuid;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List sessions that are not over; of one customer all of them.
    List {
        #[command(flatten)]
        at: Where,
        /// Of this customer only.
        #[arg(long)]
        customer: Option<String>,
        /// At most so many.
        #[arg(long, default_value = "50", value_parser = clap::value_parser!(u32).range(1..))]
        limit: u32,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show how a session stands and what happened to it, without personal values.
    Show {
        #[command(flatten)]
        at: Where,
        /// Which: its id, with hyphens or without.
        #[arg(value_parser = out::id)]
        session: Uuid,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print a session, or everything held about a customer, as JSON, personal values included.
    Export {
        #[command(flatten)]
        at: Where,
        #[command(flatten)]
        whose: Whose,
    },
    /// Forget a session, or everything about a customer, for good.
    Erase {
        #[command(flatten)]
        at: Where,
        #[command(flatten)]
        whose: Whose,
        /// Do it.
        #[arg(long)]
        yes: bool,
    },
}

/// One session, or all of a customer.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Whose {
    /// This session: its id, with hyphens or without.
    #[arg(value_parser = out::id)]
    session: Option<Uuid>,
    /// All sessions of this customer.
    #[arg(long)]
    customer: Option<String>,
}

impl Whose {
    /// As the wire has it: the session's id, the customer's.
    fn fields(self) -> (String, String) {
        (self.session.map(|session| session.to_string()).unwrap_or_default(), self.customer.unwrap_or_default())
    }
}

pub(super) async fn run(args: Args) -> Result<(), Error> {
    match args.what {
        What::List { at, customer, limit, json } => list(&at, customer, limit, json).await,
        What::Show { at, session, json } => show(&at, session, json).await,
        What::Export { at, whose } => {
            out::line(&export(&at, whose).await?);
            Ok(())
        }
        What::Erase { at, whose, yes } => erase(&at, whose, yes).await,
    }
}

async fn list(at: &Where, customer: Option<String>, limit: u32, json: bool) -> Result<(), Error> {
    let mut admin = at.connect().await?;
    let mut rows = Vec::new();
    let mut page_token = String::new();
    while rows.len() < limit as usize {
        let page_size = limit.saturating_sub(u32::try_from(rows.len()).unwrap_or(u32::MAX)).min(500);
        let request = wire::ListSessionsRequest { page_size, page_token, customer: customer.clone().unwrap_or_default() };
        let page = admin.list_sessions(request).await.map_err(|status| at.refused(status))?.into_inner();
        rows.extend(page.sessions);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    if json {
        out::json(&rows);
        return Ok(());
    }
    let head = ["SESSION", "STANDING", "CUSTOMER", "AT", "CHANNELS", "LINE", "AGENT", "CHANGED"];
    let dash = |text: String| if text.is_empty() { "-".to_owned() } else { text };
    let row = |row: wire::SessionRow| {
        let line = [row.line, row.queue].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" in ");
        let channels = row.channels.join(" ");
        [
            row.session_id,
            row.standing,
            dash(row.customer),
            dash(row.at),
            dash(channels),
            dash(line),
            dash(row.agent),
            out::moment(row.updated_ms),
        ]
    };
    out::listing(head, rows.into_iter().map(row), "no sessions");
    Ok(())
}

async fn export(at: &Where, whose: Whose) -> Result<String, Error> {
    let (session_id, customer) = whose.fields();
    let request = wire::ExportSessionsRequest { session_id, customer };
    let mut admin = at.connect().await?;
    Ok(admin.export_sessions(request).await.map_err(|status| at.refused(status))?.into_inner().json)
}

async fn show(at: &Where, session: Uuid, json: bool) -> Result<(), Error> {
    let told = export(at, Whose { session: Some(session), customer: None }).await?;
    let strange = |error: serde_json::Error| Error::Found(format!("the daemon's answer cannot be read (another version?): {error}"));
    let details: Vec<SessionDetail> = serde_json::from_str(&told).map_err(strange)?;
    for detail in &details {
        let sheet = Sheet::of(detail);
        if json {
            out::json(&sheet);
        } else {
            sheet.print();
        }
    }
    Ok(())
}

async fn erase(at: &Where, whose: Whose, yes: bool) -> Result<(), Error> {
    if !yes {
        return Err(Error::Usage { what: "erasing cannot be undone".into(), mend: "add --yes to do it".into() });
    }
    let (session_id, customer) = whose.fields();
    let request = wire::EraseSessionsRequest { request_id: Uuid::new_v4().to_string(), session_id, customer };
    let erased = at.connect().await?.erase_sessions(request).await.map_err(|status| at.refused(status))?.into_inner().sessions;
    out::line(&format!("{erased} session{} forgotten", if erased == 1 { " is" } else { "s are" }));
    Ok(())
}
