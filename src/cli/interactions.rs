//! `segue interactions`: list, explain.

use super::remote::Where;
use super::{Error, out, sheet};
use clap::Subcommand;
use segue_proto::admin::v1::{self as wire, Exclusion, InteractionOutcome};
use uuid::Uuid;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List interactions that wait, are offered, or are with an agent.
    List {
        #[command(flatten)]
        at: Where,
        /// Of this queue only.
        #[arg(long)]
        queue: Option<String>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Explain why an interaction went where it went, and why it waits.
    Explain {
        #[command(flatten)]
        at: Where,
        /// Which: its id, with hyphens or without.
        #[arg(value_parser = out::id)]
        interaction: Uuid,
        /// Say why this agent does not get it while it waits.
        #[arg(long)]
        why_not: Option<String>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(args: Args) -> Result<(), Error> {
    match args.what {
        What::List { at, queue, json } => list(&at, queue, json).await,
        What::Explain { at, interaction, why_not, json } => explain(&at, interaction, why_not.unwrap_or_default(), json).await,
    }
}

async fn list(at: &Where, queue: Option<String>, json: bool) -> Result<(), Error> {
    let queue = queue.unwrap_or_default();
    let mut admin = at.connect().await?;
    let (mut rows, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = wire::ListInteractionsRequest { queue: queue.clone(), page_size: 500, page_token };
        let page = admin.list_interactions(request).await.map_err(|status| at.refused(status))?.into_inner();
        rows.extend(page.interactions);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    if json {
        out::json(&rows);
        return Ok(());
    }
    let row = |row: wire::InteractionRow| {
        let (phase, agent) = sheet::phase(row.phase.as_ref());
        let (phase, agent) = (phase.to_owned(), agent.unwrap_or("-").to_owned());
        let (channel, since) = (sheet::channel(row.channel()), out::time(row.since.as_ref()));
        [row.interaction_id, row.session_id, row.queue, channel, phase, agent, since]
    };
    out::listing(["INTERACTION", "SESSION", "QUEUE", "CHANNEL", "PHASE", "AGENT", "SINCE"], rows.into_iter().map(row), "no interactions");
    Ok(())
}

async fn explain(at: &Where, interaction: Uuid, agent: String, json: bool) -> Result<(), Error> {
    let request = wire::ExplainInteractionRequest { interaction_id: interaction.to_string(), agent: agent.clone() };
    let mut admin = at.connect().await?;
    let told = admin.explain_interaction(request).await.map_err(|status| at.refused(status))?.into_inner();
    if json {
        out::json(&told);
        return Ok(());
    }
    out::line(&format!("interaction {}", told.interaction_id));
    out::line(&format!("session     {}", told.session_id));
    for offer in &told.offers {
        out::line(&format!("{}  offered to {}: {}", out::time(offer.time.as_ref()), offer.agent, offer.why));
    }
    if let Some(wait) = &told.waiting {
        out::line(&format!(
            "waits in {} since {}, {} before it, priority {}",
            wait.queue,
            out::time(wait.since.as_ref()),
            wait.ahead,
            wait.priority
        ));
        if !wait.reserved_for.is_empty() {
            out::line(&format!("kept for {} for now", wait.reserved_for));
        }
        for excluded in &wait.excluded {
            out::line(&format!("  {} cannot have it: {}", excluded.agents, reason(excluded.reason())));
        }
        wait.steps.iter().for_each(step);
        if wait.why_not() != Exclusion::Unspecified {
            out::line(&format!("not {agent}: {}", reason(wait.why_not())));
        }
    }
    if told.outcome() != InteractionOutcome::Unspecified {
        let zero = InteractionOutcome::Unspecified.as_str_name();
        out::line(&format!("ended: {}", sheet::short(told.outcome().as_str_name(), zero)));
    }
    Ok(())
}

fn reason(why: Exclusion) -> String {
    sheet::short(why.as_str_name(), Exclusion::Unspecified.as_str_name())
}

/// What a step of the queue's timeline would bring.
fn step(step: &wire::ExplainedStep) {
    let when = if step.when.is_empty() { String::new() } else { format!(", once {}", step.when) };
    let onward = match (step.overflow.as_str(), step.leaves) {
        (_, true) => "it leaves the line".to_owned(),
        ("", false) => format!("{} agents are eligible, {} of them on duty", step.eligible, step.on_duty),
        (queue, false) => format!("it goes to {queue}"),
    };
    out::line(&format!("  at +{} s{when}: {onward}", step.after_seconds));
}
