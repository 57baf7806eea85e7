//! What each channel promises by itself, whatever the others do. The numbers are those of the contract.

use super::driver::{ChannelUnderTest, CustomerLeg, Fault, Ground, Way, WayBack};
use super::places::{Place, WORDS};
use segue_session::SuspendCause;
use tokio::time::timeout;

/// A promise that a channel keeps, or does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// The number in the contract.
    pub number: u8,
    /// What is promised.
    pub what: &'static str,
    /// Why it does not hold, where it does not.
    pub fault: Option<Fault>,
}

/// Examines one channel by itself.
pub async fn promises(ground: &dyn Ground, channel: &dyn ChannelUnderTest) -> Vec<Promise> {
    let mut all = Vec::new();
    let mut note = |number, what, done: Result<(), Fault>| all.push(Promise { number, what, fault: done.err() });
    let limit = ground.patience();
    let late = || Err(Fault::new("nothing came in time"));
    let done = timeout(limit, tells_where_one_stands(ground, channel)).await.unwrap_or_else(|_| late());
    note(7, "a customer is told where they stand after each step", done);
    let done = timeout(limit, tells_what_was_said_once(ground, channel)).await.unwrap_or_else(|_| late());
    note(8, "what was said is told once, in order", done);
    let done = timeout(limit, one_of_two_wins(ground, channel)).await.unwrap_or_else(|_| late());
    note(9, "of two who come back one wins, and the other is told that it is live", done);
    let done = timeout(limit, refuses_what_leads_nowhere(ground, channel)).await.unwrap_or_else(|_| late());
    note(10, "a handle that leads nowhere is refused by name", done);
    let done = timeout(limit, strangers_find_nothing(ground, channel)).await.unwrap_or_else(|_| late());
    note(11, "another customer finds nothing", done);
    all
}

async fn begin(ground: &dyn Ground, channel: &dyn ChannelUnderTest) -> Result<(Box<dyn CustomerLeg>, String, String), Fault> {
    let customer = ground.fresh_customer();
    let mut leg = channel.connect(&customer).await?;
    let session = leg.start("exam").await?.session;
    Ok((leg, session, customer))
}

fn expect(holds: bool, what: impl FnOnce() -> String) -> Result<(), Fault> {
    if holds { Ok(()) } else { Err(Fault(what())) }
}

async fn tells_where_one_stands(ground: &dyn Ground, channel: &dyn ChannelUnderTest) -> Result<(), Fault> {
    let (mut leg, ..) = begin(ground, channel).await?;
    let seen = leg.choose("form").await?;
    expect(seen.asked.as_deref() == Some("colour"), || format!("after the menu {:?} is asked for", seen.asked))?;
    let seen = leg.fill("colour", "green").await?;
    expect(seen.asked.as_deref() == Some("words"), || format!("after a field {:?} is asked for", seen.asked))?;
    expect(seen.filled.contains_key("colour"), || format!("what is filled is {:?}", seen.filled))
}

async fn tells_what_was_said_once(ground: &dyn Ground, channel: &dyn ChannelUnderTest) -> Result<(), Fault> {
    let (mut leg, ..) = begin(ground, channel).await?;
    leg.say(WORDS).await?;
    leg.say("hello?").await?;
    let mut seen = leg.see().await?;
    while seen.said.len() < 2 {
        seen = leg.see().await?;
    }
    let texts: Vec<_> = seen.said.iter().map(|(_, text)| text.as_str()).collect();
    expect(texts == [WORDS, "hello?"] && seen.said.is_sorted_by(|a, b| a.0 < b.0), || format!("what was said is {:?}", seen.said))
}

async fn one_of_two_wins(ground: &dyn Ground, channel: &dyn ChannelUnderTest) -> Result<(), Fault> {
    if channel.can_leave(SuspendCause::Asked).is_err() {
        return Ok(());
    }
    let (mut leg, session, customer) = begin(ground, channel).await?;
    leg.suspend().await?;
    let by = WayBack::SignedIn(session);
    let (mut one, mut two) = (channel.connect(&customer).await?, channel.connect(&customer).await?);
    let (one, two) = tokio::join!(one.come_back(&by), two.come_back(&by));
    match (one, two) {
        (Ok(_), Err(told)) | (Err(told), Ok(_)) => expect(told.0.contains("ALREADY_RESUMED"), || format!("the other was told {told}")),
        (Ok(_), Ok(_)) => Err(Fault::new("both won")),
        (Err(one), Err(two)) => Err(Fault(format!("neither won: {one}; {two}"))),
    }
}

async fn refuses_what_leads_nowhere(ground: &dyn Ground, channel: &dyn ChannelUnderTest) -> Result<(), Fault> {
    let mut leg = channel.connect(&ground.fresh_customer()).await?;
    for way in channel.ways() {
        let by = match way {
            Way::SignedIn => continue,
            Way::Link => WayBack::Link("bm90IGEgbGluayBvZiBvdXJz".into()),
            Way::Code => WayBack::Code("000000".into()),
        };
        let told = leg.come_back(&by).await.err();
        let named = told.as_ref().is_some_and(|told| told.0.contains("HANDLE_INVALID") || told.0.contains("NOT_FOUND"));
        expect(named, || format!("{way:?} led to {told:?}"))?;
    }
    Ok(())
}

async fn strangers_find_nothing(ground: &dyn Ground, channel: &dyn ChannelUnderTest) -> Result<(), Fault> {
    let (mut leg, session, _) = begin(ground, channel).await?;
    Place::Form.walk(leg.as_mut(), ground, leg_seen(&session)).await?;
    let mut stranger = channel.connect(&ground.fresh_customer()).await?;
    let told = stranger.come_back(&WayBack::SignedIn(session)).await.err();
    expect(told.as_ref().is_some_and(|told| told.0.contains("NOT_FOUND")), || format!("a stranger was told {told:?}"))
}

fn leg_seen(session: &str) -> super::Seen {
    super::Seen { session: session.to_owned(), ..super::Seen::default() }
}
