//! `segue sessions`: list, show, export, erase.

use super::remote::Where;
use super::{Error, out, sheet};
use clap::Subcommand;
use segue_proto::admin::v1 as wire;
use serde_json::Value;
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
            out::json(&export(&at, whose).await?);
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
        let page_size = i32::try_from((limit as usize - rows.len()).min(500)).unwrap_or(i32::MAX);
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
        let (phase, agent) = row.line.as_ref().map_or(("", None), |line| sheet::phase(line.phase.as_ref()));
        let channels: Vec<String> = row.channels().map(sheet::channel).collect();
        [
            row.session_id.clone(),
            sheet::standing(row.standing.as_ref()).to_owned(),
            dash(row.customer.clone()),
            dash(row.place.map(|place| format!("{} {}", place.journey, place.step)).unwrap_or_default()),
            dash(channels.join(" ")),
            dash(row.line.as_ref().map(|line| format!("{phase} in {}", line.queue)).unwrap_or_default()),
            dash(agent.unwrap_or_default().to_owned()),
            out::time(row.update_time.as_ref()),
        ]
    };
    out::listing(head, rows.into_iter().map(row), "no sessions");
    Ok(())
}

/// Everything of whom is meant, all pages of it.
async fn export(at: &Where, whose: Whose) -> Result<Vec<Value>, Error> {
    let (session_id, customer) = whose.fields();
    let mut admin = at.connect().await?;
    let strange = |error: serde_json::Error| Error::Found(format!("the daemon's answer cannot be read (another version?): {error}"));
    let (mut whole, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = wire::ExportSessionsRequest { session_id: session_id.clone(), customer: customer.clone(), page_token };
        let page = admin.export_sessions(request).await.map_err(|status| at.refused(status))?.into_inner();
        whole.extend(serde_json::from_str::<Vec<Value>>(&page.json).map_err(strange)?);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(whole);
        }
    }
}

async fn show(at: &Where, session: Uuid, json: bool) -> Result<(), Error> {
    let request = wire::GetSessionRequest { session_id: session.to_string() };
    let told = at.connect().await?.get_session(request).await.map_err(|status| at.refused(status))?.into_inner();
    let told = told.session.unwrap_or_default();
    if json {
        out::json(&told);
    } else {
        sheet::print(&told);
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
