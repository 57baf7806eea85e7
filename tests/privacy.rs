//! A whole story with marked words in everything personal, at the most talkative log level: none of them in the logs, the metrics,
//! the configuration as shown, the listings for operators, or the audit log; and none in the store once the customer is
//! forgotten.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout, reason = "tests")]

mod product;

use product::{Business, Claims, Daemon, Kept, OURS, token_of};
use segue_proto::app::v1::resume_session_request::By;
use segue_proto::client::{Chat, Customer, Desk, Entry};
use segue_proto::desk::v1::{AddNote, WrapUp, client_frame::Frame};
use segue_session::store::Embedded;
use serde_json::json;
use std::time::Duration;

/// Marked words: each stands for something personal, none can be there by chance.
const NAME: &str = "Zebulonia Quackenbusch";
const PHONE: &str = "+41443640199";
const MAIL: &str = "zebulonia@quackenbusch.example";
const STORY: &str = "my neighbour Xanthippe cut the cable";
const PIN: &str = "quetzalcoatl-4711";
const SAID: &str = "the spare key is under the flamingo";
const REPLIED: &str = "we have called your aunt Philomena";
const NOTE: &str = "sounded like Rumpelstiltskin";
const FINAL_NOTE: &str = "owes us a wheelbarrow";
const CART: &str = "seven garden gnomes";
const CLAIMED: &str = "says to be the king of Ruritania";

/// Everything that must not be found, with what it is.
struct Secrets(Vec<(&'static str, String)>);

impl Secrets {
    fn new() -> Self {
        let fixed = [
            ("a name", NAME),
            ("a telephone number", PHONE),
            ("the number without its plus", &PHONE[1..]),
            ("an address", MAIL),
            ("a free answer", STORY),
            ("a secret answer", PIN),
            ("a customer's message", SAID),
            ("an agent's message", REPLIED),
            ("a note", NOTE),
            ("a note at wrap-up", FINAL_NOTE),
            ("a document", CART),
            ("a claimed value", CLAIMED),
        ];
        Self(fixed.map(|(what, word)| (what, word.to_owned())).to_vec())
    }

    fn add(&mut self, what: &'static str, word: &str) {
        assert!(word.len() >= 6, "too short to be looked for: {what}");
        self.0.push((what, word.to_owned()));
    }

    fn assert_none(&self, place: &str, text: &str) {
        for (what, word) in &self.0 {
            if let Some(at) = text.find(word.as_str()) {
                let line = text[..at].rfind('\n').map_or(0, |n| n + 1);
                let line = text[line..].lines().next().unwrap_or_default();
                panic!("{what} is in {place}: {}", line.replace(word.as_str(), "[here]"));
            }
        }
    }
}

/// The customer's app: signs in, answers everything, stops.
async fn in_the_app(daemon: &Daemon, secrets: &mut Secrets) -> (Customer, segue_proto::client::Place) {
    let mut claims = Claims::new();
    claims.extend([("name".into(), json!(NAME)), ("phone".into(), json!(PHONE)), ("email".into(), json!(MAIL))]);
    let token = token_of(OURS, "app", "z-4711", &claims);
    secrets.add("a token", &token);
    secrets.add("a token's signature", token.rsplit('.').next().unwrap());
    let mut app = Customer::connect(&daemon.at.http(), &token).await.unwrap();
    let mut place = app.start("story").await.unwrap();
    app.choose(&mut place, "fault").await.unwrap();
    app.fill(&mut place, "name", NAME).await.unwrap();
    app.fill(&mut place, "story", STORY).await.unwrap();
    let content = Some(segue_proto::convert::json::value(&json!({ "cart": CART })));
    let document = segue_proto::app::v1::SetDocumentRequest {
        request_id: segue_proto::client::fresh(),
        session_id: place.session.clone(),
        name: "cart".into(),
        content,
    };
    app.calls.set_document(document).await.unwrap();
    app.suspend(&mut place).await.unwrap();
    for handle in &place.handles {
        secrets.add("a way back", &handle.value);
    }
    (app, place)
}

/// The customer at the web page, back by link: finishes, and asks for a person.
async fn at_the_page(daemon: &Daemon, token: &str, link: String) -> Chat {
    use segue_proto::types::v1::{FieldValue, step_input::Kind};
    let mut page = Chat::open(&daemon.at.ws("/v1/chat"), Entry::Token(token.to_owned()), None).await.unwrap();
    page.resume(segue_proto::chat::v1::resume::By::LinkToken(link)).await.unwrap();
    for (field, value) in [("reach", PHONE), ("mail", MAIL), ("pin", PIN)] {
        page.step(Kind::Fill(FieldValue { field_id: field.into(), value: value.into() })).await.unwrap();
    }
    page.say(SAID).await.unwrap();
    page
}

/// What each leg of the customer is told of the other's words, beside who says them: the channel, not the way back in.
async fn side_by_side(app: &mut Customer, place: &segue_proto::client::Place, page: &mut Chat, secrets: &mut Secrets) {
    let theirs = page.attached.leg_id.clone();
    assert_ne!(place.leg, theirs);
    for leg in [&place.leg, &theirs] {
        secrets.add("a leg's id", leg);
    }
    page.until(Duration::from_secs(20), |page| !page.messages.is_empty()).await.unwrap();
    let told = [app.messages(&place.session, 0).await.unwrap(), page.messages.clone()].map(|messages| json!(messages).to_string());
    assert!(told.iter().all(|told| told.contains(SAID)), "{told:?}");
    let told = told.concat();
    for leg in [&place.leg, &theirs] {
        assert!(!told.contains(leg.as_str()), "a leg's id is in a message: {told}");
    }
}

/// The agent: takes it, answers, notes, ends.
async fn at_the_desk(daemon: &Daemon) {
    let mut desk: Desk = daemon.at.desk("agent0", None).await.unwrap();
    desk.present("ready").await.unwrap();
    let offer = desk.offered().await.unwrap();
    let session = offer.pop.as_ref().unwrap().session_id.clone();
    desk.accept(&offer).await.unwrap();
    desk.say(&session, REPLIED).await.unwrap();
    desk.command(Frame::AddNote(AddNote { session_id: session, text: NOTE.into() })).await.unwrap();
    let interaction_id = offer.interaction_id.clone();
    desk.finish(&interaction_id).await.unwrap();
    let end = WrapUp { interaction_id, code: "done".into(), note: FINAL_NOTE.into() };
    desk.command(Frame::WrapUp(end)).await.unwrap();
}

/// What is refused is told too, and must not tell what was sent.
async fn refusals(daemon: &Daemon, app: &mut Customer, place: &segue_proto::client::Place) {
    let mut nowhere = place.clone();
    assert!(app.fill(&mut nowhere, "reach", PHONE).await.is_err());
    assert!(app.fill(&mut nowhere, NAME, STORY).await.is_err());
    assert!(app.start(STORY).await.is_err());
    assert!(app.resume_by(By::LinkToken(format!("{SAID}{PIN}"))).await.is_err());
    assert!(Customer::connect(&daemon.at.http(), PIN).await.unwrap().matters().await.is_err());
    assert!(Chat::open(&daemon.at.ws("/v1/chat"), Entry::Token(PIN.into()), None).await.is_err());
    assert!(daemon.at.get(&format!("/{PIN}?q={PIN}")).await.unwrap().starts_with("HTTP/1.1 404"));
}

/// The audit log, which is whole and knows what the operator did.
async fn audited(daemon: &Daemon) -> String {
    let file = daemon.home().join("data/audit.log");
    let verify = async || {
        let output =
            tokio::process::Command::new(env!("CARGO_BIN_EXE_segue")).args(["audit", "verify", "--json"]).arg(&file).output().await;
        let output = output.unwrap();
        (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let (whole, told) = verify().await;
    assert!(whole && told.contains("\"whole\""), "{told}");
    let text = std::fs::read_to_string(&file).unwrap();
    for what in ["daemon.start", "door", "handle", "sessions.list", "sessions.erase", "daemon.stop"] {
        assert!(text.contains(&format!("\"what\":\"{what}\"")), "{what} is not written down:\n{text}");
    }
    let erased = text.lines().find(|line| line.contains("sessions.erase")).unwrap();
    for part in ["\"who\":\"root\"", "\"of\":\"customer:", "\"from\":\"127.0.0.1\"", "\"result\":\"OK\""] {
        assert!(erased.contains(part), "{part} is not in {erased}");
    }
    std::fs::write(&file, text.replace("\"who\":\"root\"", "\"who\":\"rood\"")).unwrap();
    let (whole, told) = verify().await;
    assert!(!whole && told.contains("its hash is not that of what it says"), "{told}");
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_leaves_by_a_side_door() {
    let mut secrets = Secrets::new();
    let business = Business { log: "trace", ..Business::default() };
    let mut daemon = Daemon::start(&business, &Kept::Embedded).await;
    let (mut app, place) = in_the_app(&daemon, &mut secrets).await;
    let page_token = token_of(OURS, "app", "z-4711", &Claims::new());
    secrets.add("a page's token", &page_token);
    let mut page = at_the_page(&daemon, &page_token, place.handles[0].value.clone()).await;
    side_by_side(&mut app, &place, &mut page, &mut secrets).await;
    at_the_desk(&daemon).await;
    refusals(&daemon, &mut app, &place).await;
    let operator = token_of(OURS, "admin", "root", &Claims::new());
    let listed = daemon.ask_as(&operator, &["sessions", "list", "--json"]).await;
    assert!(listed.contains(&place.session), "{listed}");
    secrets.assert_none("the sessions as listed", &listed);
    let metrics = daemon.at.get("/metrics").await.unwrap();
    assert!(metrics.contains("segue_"), "{metrics}");
    secrets.assert_none("the metrics", &metrics);
    for words in [&["config", "show"][..], &["config", "show", "--json"], &["config", "show", "--origin"]] {
        let shown = daemon.run(words).await;
        let shown = String::from_utf8_lossy(&[shown.stdout, shown.stderr].concat()).into_owned();
        assert!(shown.contains(OURS), "{shown}");
        secrets.assert_none("the configuration as shown", &shown);
        assert!(!shown.contains("only for tests"), "a secret is in the configuration as shown:\n{shown}");
    }
    page.vanish();
    let forgotten = daemon.ask_as(&operator, &["sessions", "erase", "--customer", "z-4711", "--yes"]).await;
    assert!(forgotten.contains("forgotten"), "{forgotten}");
    daemon.stop().await;
    secrets.assert_none("the audit log", &audited(&daemon).await);
    let kept = Embedded::open(&daemon.home().join("data")).unwrap().everything().unwrap();
    secrets.assert_none("the store, after all was forgotten", &String::from_utf8_lossy(&kept));
    let log = daemon.log();
    assert!(log.contains("segue is ready"), "nothing was logged:\n{log}");
    secrets.assert_none("the log", &log);
    assert!(!log.contains("only for tests"), "a secret of the configuration is in the log");
}
