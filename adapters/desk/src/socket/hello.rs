//! From the first frame to a desk that is up to date.

use super::{news, send};
use crate::translate::{self, Opening, Welcoming};
use crate::{PROTOCOL, Shared, Tab};
use segue_adapter_kit::ws::{CloseCode, End, Fault, Generation, Link, Unwelcome, bad_hello, no_hello, speaks};
use segue_adapter_kit::{Connection, DeskStart, now, within};
use segue_proto::convert::frame::{id_of, shortened};
use segue_proto::desk::v1::{ClientFrame, client_frame::Frame as Said};
use segue_session::store::Seq;
use segue_session::{AgentName, Party, Principal, Reason, Refusal};
use std::time::Duration;

/// A desk that said hello and has been told everything so far.
pub(super) struct Admitted {
    pub who: Principal,
    pub me: AgentName,
    pub connection: Connection,
    pub sent: Seq,
    pub turn: Option<Generation<Tab>>,
}

/// Takes the hello, or ends the socket with the reason told first.
pub(super) async fn hello(shared: &Shared, link: &mut Link) -> Result<Box<Admitted>, End> {
    let text = link.hello().await?;
    match admit(shared, link.settings().command, &text).await {
        Ok(admitted) => {
            link.admitted();
            welcome(shared, link, admitted).await
        }
        Err((code, fault)) => {
            send(link, translate::error(&fault)).await?;
            Err(End::Ours(code))
        }
    }
}

/// Who it is, before anything was sent.
struct Known {
    who: Principal,
    me: AgentName,
    opening: Opening,
}

async fn admit(shared: &Shared, limit: Duration, text: &str) -> Result<Known, Unwelcome> {
    let ClientFrame { id, frame } = translate::parse_client_frame(text).map_err(|refusal| bad_hello(id_of(text), refusal))?;
    let id = shortened(&id);
    let Some(Said::Hello(hello)) = frame else { return Err(no_hello(id)) };
    speaks(&id, hello.protocol, PROTOCOL)?;
    let opening = translate::opening(hello).map_err(|refusal| bad_hello(id.clone(), refusal))?;
    let refused = |refusal: Refusal| (CloseCode::of_hello(refusal.reason), Fault { id: id.clone(), refusal });
    let doors = &shared.entrance.doors;
    let who = within(limit, doors.admit(&opening.credential)).await.map_err(refused)?;
    let me = match &who.party {
        Party::Agent(name) | Party::Supervisor(name) => name.clone(),
        Party::Customer(_) | Party::Admin | Party::Service => {
            return Err(refused(Refusal::new(Reason::PermissionDenied, "a desk is for agents and supervisors")));
        }
    };
    Ok(Known { who, me, opening })
}

async fn welcome(shared: &Shared, link: &mut Link, known: Known) -> Result<Box<Admitted>, End> {
    let Known { who, me, opening } = known;
    // Taken before the house hears of this socket, so that the older one of the tab is on its way out by then.
    let turn = opening.tab.map(|tab| shared.tabs.take((who.tenant.clone(), me.clone(), tab)));
    let asked_after = opening.resume.as_ref().map(|resume| resume.seq).unwrap_or_default();
    let limit = link.settings().command;
    let met = async {
        let connection = shared.desks.hello(&who, opening.resume).await?;
        let directory = shared.desks.directory(&who).await?;
        Ok((connection, directory))
    };
    let (mut connection, directory) = match within(limit, met).await {
        Ok(met) => met,
        Err(refusal) => {
            let code = CloseCode::of_hello(refusal.reason);
            send(link, translate::error(&Fault { id: String::new(), refusal })).await?;
            return Err(End::Ours(code));
        }
    };
    let start = std::mem::replace(&mut connection.start, DeskStart::Entries(Vec::new()));
    let frame = translate::welcome(&Welcoming {
        now: now(),
        expires: who.expires,
        epoch: connection.epoch,
        continued: matches!(start, DeskStart::Entries(_)),
        agent: me.to_string(),
        supervisor: matches!(who.party, Party::Supervisor(_)),
        directory: &directory,
        settings: link.settings(),
    });
    send(link, frame).await?;
    let sent = news::tell(link, asked_after, start).await?.sent;
    Ok(Box::new(Admitted { who, me, connection, sent, turn }))
}
