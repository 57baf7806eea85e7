//! What a client says on a chat stream, one thing after the other, each answered.

use crate::Settings;
use crate::admit::{Caller, too_late};
use crate::service::Shared;
use crate::translate::{self, Watching};
use segue_adapter_kit::Pace;
use segue_proto::app::v1::{ChatAccepted, ChatMessage, ChatRefused, ChatRequest, ChatResponse, chat_request, chat_response};
use segue_proto::convert::{self, check, word};
use segue_session::{Reason, Refusal};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tonic::Streaming;

/// The most bytes of a request id that is sent back although it is none.
const ECHO: usize = 64;

/// When a client that never rests is told to come back, in milliseconds.
const REST: u64 = 5_000;

/// The first thing on a chat stream: what to follow.
pub(crate) async fn opening(shared: &Shared, inbound: &mut Streaming<ChatRequest>) -> Result<Watching, Refusal> {
    let first = tokio::time::timeout(shared.settings.deadline, inbound.message()).await.map_err(|_| too_late())?;
    match first.ok().flatten().and_then(|request| request.kind) {
        Some(chat_request::Kind::Open(open)) => translate::watch(&open),
        _ => Err(check::invalid("open", "must come first")),
    }
}

/// One client's side of a chat stream.
pub(crate) struct Talk {
    /// What all streams share.
    pub(crate) shared: Arc<Shared>,
    /// Whose.
    pub(crate) caller: Caller,
    /// In which session, on which leg.
    pub(crate) watching: Watching,
    /// Where answers go.
    pub(crate) tx: mpsc::Sender<ChatResponse>,
}

impl Talk {
    /// Takes what comes until the client has no more to say, or is gone. What comes faster than it may is read when there is
    /// room for it: until then it stays with the client, whose window is full.
    pub(crate) async fn run(self, mut inbound: Streaming<ChatRequest>) -> Result<(), Refusal> {
        let &Settings { pace, burst, hurried, .. } = &self.shared.settings;
        let mut pace = Pace::new(pace, burst, hurried, Instant::now());
        while let Ok(Some(request)) = inbound.message().await {
            if !pace.take(Instant::now()) {
                self.shared.meter.limit_reached("app", "message_rate");
                let why = Refusal::new(Reason::LimitExceeded, "messages keep coming faster than they may").about("limit", "message_rate");
                return Err(why.retry_after(REST));
            }
            let answer = match request.kind {
                Some(chat_request::Kind::Message(message)) => Some(self.message(message).await),
                Some(chat_request::Kind::Activity(activity)) => self.activity(activity).await,
                Some(chat_request::Kind::Open(_)) => return Err(check::invalid("open", "must come once")),
                None => Some(refusal(String::new(), &check::invalid("kind", "is missing"))),
            };
            if let Some(kind) = answer
                && self.tx.send(ChatResponse { kind: Some(kind) }).await.is_err()
            {
                break;
            }
            if let Some(room) = pace.room(Instant::now()) {
                sleep_until(room).await;
            }
        }
        Ok(())
    }

    async fn message(&self, message: ChatMessage) -> chat_response::Kind {
        let request_id = message.request_id.clone();
        match self.say(message).await {
            Ok(accepted) => chat_response::Kind::Accepted(accepted),
            Err(why) => refusal(request_id, &why),
        }
    }

    async fn say(&self, message: ChatMessage) -> Result<ChatAccepted, Refusal> {
        let request_id = message.request_id.clone();
        let (request, body) = translate::chat_message(message)?;
        let Watching { session, leg, .. } = self.watching;
        let said = self.shared.house.say(&self.caller.who, session, leg, request, body);
        let said = tokio::time::timeout(self.shared.settings.deadline, said).await.unwrap_or_else(|_| Err(too_late()))?;
        Ok(ChatAccepted { request_id, sequence: said.seq.0, durability: word::durability(said.durability).into() })
    }

    async fn activity(&self, activity: segue_proto::app::v1::Activity) -> Option<chat_response::Kind> {
        let passed = match translate::activity(activity) {
            Ok(what) => self.shared.house.pass(&self.caller.who, self.watching.session, what).await,
            Err(why) => Err(why),
        };
        passed.err().map(|why| refusal(String::new(), &why))
    }
}

fn refusal(request_id: String, why: &Refusal) -> chat_response::Kind {
    if why.reason == Reason::Internal {
        tracing::error!(refusal = %why, "in a chat");
    }
    chat_response::Kind::Refused(ChatRefused {
        request_id: if request_id.len() <= ECHO { request_id } else { String::new() },
        refusal: Some(convert::refusal::refusal(why)),
    })
}
