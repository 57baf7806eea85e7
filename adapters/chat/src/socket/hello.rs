//! From the first frame to a page that is let in, and back in its leg where it had one.

use super::here::Here;
use super::send;
use crate::translate::{self, Credential, Manner, Opening, Returning, Welcoming};
use crate::{PROTOCOL, Shared};
use segue_adapter_kit::ws::{CloseCode, End, Fault, Link, Unwelcome, bad_hello, no_hello, speaks};
use segue_adapter_kit::{House, now, within};
use segue_proto::chat::v1::{ClientFrame, client_frame::Frame as Said};
use segue_proto::convert::frame::{id_of, shortened};
use segue_session::{Channel, Party, Principal, Reason, Refusal, View};
use std::time::Duration;
use uuid::Uuid;

/// A page that said hello and was welcomed.
pub(super) struct Admitted {
    pub who: Principal,
    pub device: String,
    pub manner: Manner,
    /// The leg it is back in, with how the session stands.
    pub here: Option<(Here, Option<View>)>,
}

/// Takes the hello, or ends the socket with the reason told first.
pub(super) async fn hello(shared: &Shared, link: &mut Link) -> Result<Box<Admitted>, End> {
    let text = link.hello().await?;
    let limit = link.settings().command;
    match admit(shared, limit, &text).await {
        Ok((who, device, opening)) => {
            link.admitted();
            welcome(shared, link, who, device, opening).await
        }
        Err((code, fault)) => {
            send(link, translate::error(&fault)).await?;
            Err(End::Ours(code))
        }
    }
}

async fn admit(shared: &Shared, limit: Duration, text: &str) -> Result<(Principal, String, Opening), Unwelcome> {
    let ClientFrame { id, frame } = translate::parse_client_frame(text).map_err(|refusal| bad_hello(id_of(text), refusal))?;
    let id = shortened(&id);
    let Some(Said::Hello(hello)) = frame else { return Err(no_hello(id)) };
    speaks(&id, hello.protocol, PROTOCOL)?;
    let opening = translate::opening(hello).map_err(|refusal| bad_hello(id.clone(), refusal))?;
    let doors = &shared.entrance.doors;
    let admitted = match &opening.credential {
        Credential::Signed(token) => within(limit, doors.admit(token)).await,
        Credential::Widget(key) => within(limit, doors.admit_visitor(key)).await,
    };
    let refused = |refusal: Refusal| (CloseCode::of_hello(refusal.reason), Fault { id: id.clone(), refusal });
    let device = opening.device.clone().unwrap_or_else(|| Uuid::new_v4().to_string());
    let who = admitted.and_then(|who| on_device(who, &device)).and_then(|who| as_what(who, opening.manner.channel)).map_err(refused)?;
    Ok((who, device, opening))
}

/// A customer on this browser. A token that names a device holds for that one alone; any other is bound to this one, so
/// that a leg cannot be taken over from elsewhere.
pub(super) fn on_device(mut who: Principal, device: &str) -> Result<Principal, Refusal> {
    let Party::Customer(claims) = &mut who.party else {
        return Err(Refusal::new(Reason::PermissionDenied, "web chat is for customers").about("role", "app"));
    };
    match &claims.device {
        Some(named) if named != device => Err(Refusal::new(Reason::Unauthenticated, "the token is another device's")),
        _ => {
            claims.device = Some(device.to_owned());
            Ok(who)
        }
    }
}

/// An app knows who holds it: a visitor can only come as a chat.
fn as_what(who: Principal, channel: Channel) -> Result<Principal, Refusal> {
    match &who.party {
        Party::Customer(claims) if channel == Channel::Chat || claims.customer.is_some() => Ok(who),
        _ => Err(Refusal::new(Reason::PermissionDenied, "only who has signed in comes as the app").about("field", "hello.channel")),
    }
}

async fn welcome(shared: &Shared, link: &mut Link, who: Principal, device: String, opening: Opening) -> Result<Box<Admitted>, End> {
    let manner = opening.manner;
    let limit = link.settings().command;
    let returned = match opening.returning {
        Some(returning) => Some(back(shared, limit, &who, returning, &manner).await),
        None => None,
    };
    let frame = translate::welcome(&Welcoming {
        now: now(),
        expires: who.expires,
        returned: returned.as_ref().map(|back| match back {
            Ok((here, _)) => Ok((here.session, here.leg)),
            Err(refusal) => Err(refusal.clone()),
        }),
        device: &device,
        settings: link.settings(),
    });
    send(link, frame).await?;
    Ok(Box::new(Admitted { who, device, manner, here: returned.and_then(Result::ok) }))
}

/// The page's leg comes back.
async fn back(
    shared: &Shared,
    limit: Duration,
    who: &Principal,
    returning: Returning,
    manner: &Manner,
) -> Result<(Here, Option<View>), Refusal> {
    // The lost socket may be found lost just now: it tells before this, or finds that the leg has a newer socket. The turn is
    // taken only once the house has said yes, or anybody who heard of the leg could put its owner out.
    let _alone = shared.legs.alone(&returning.leg).await;
    let house: &dyn House = &*shared.house;
    let accepted = within(limit, house.order(who, returning.order(manner))).await?;
    let here = Here::again(&returning, house.watch(who, returning.session), shared.legs.take(returning.leg));
    Ok((here, accepted.view))
}
