//! One question: tries within one deadline, an answer within one size.

use crate::connect::{ANSWER_BYTES, Connect, is_allowed};
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{RequestBuilder, Response, StatusCode, Url};
use segue_session::Private;
use serde_json::Value;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout_at};
use uuid::Uuid;

/// How long to wait before the first further try; doubled for each after it.
const PAUSE: Duration = Duration::from_millis(100);

/// What is asked.
pub(super) struct Question<'a> {
    pub(super) get: bool,
    pub(super) url: &'a Private<String>,
    /// Sent as JSON; with `GET`, its plain members go into the query.
    pub(super) body: Option<&'a Private<Value>>,
    pub(super) authorization: Option<&'a Private<String>>,
    /// Names the question, so that the other side knows a further try.
    pub(super) key: Option<Uuid>,
    /// Over all tries.
    pub(super) wait: Duration,
    pub(super) retries: u32,
}

/// Why a try gave no answer.
struct Miss {
    name: String,
    /// Whether the other side may not have done anything, or will know a further try.
    again: bool,
}

impl Connect {
    /// Asks until there is an answer, the tries are used up, or the deadline passes.
    pub(super) async fn ask(&self, question: Question<'_>) -> Result<Private<Value>, String> {
        if !is_allowed(question.url.reveal(), &self.hosts) {
            return Err("refused".to_owned());
        }
        let deadline = Instant::now() + question.wait;
        let mut left = question.retries;
        let mut pause = PAUSE;
        loop {
            match timeout_at(deadline, self.once(&question)).await {
                Err(_) => return Err("timeout".to_owned()),
                Ok(Ok(answer)) => return Ok(Private::new(answer)),
                Ok(Err(miss)) if !miss.again || left == 0 || Instant::now() + pause >= deadline => return Err(miss.name),
                Ok(Err(_)) => {}
            }
            left -= 1;
            sleep(pause).await;
            pause *= 2;
        }
    }

    async fn once(&self, question: &Question<'_>) -> Result<Value, Miss> {
        let request = self.request(question).ok_or_else(|| miss("refused", false))?;
        let response = request.send().await.map_err(|_| miss("unreachable", true))?;
        let status = response.status();
        if !status.is_success() {
            let again = matches!(
                status,
                StatusCode::TOO_MANY_REQUESTS | StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
            );
            return Err(miss(&format!("status_{}", status.as_u16()), again));
        }
        let body = read(response).await?;
        if body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&body).map_err(|_| miss("not_json", false))
    }

    fn request(&self, question: &Question<'_>) -> Option<RequestBuilder> {
        let mut url = Url::parse(question.url.reveal()).ok()?;
        let body = question.body.map(Private::reveal);
        if let (true, Some(Value::Object(members))) = (question.get, body) {
            for (name, value) in members {
                if let Some(text) = plain(value) {
                    url.query_pairs_mut().append_pair(name, &text);
                }
            }
        }
        let mut request = if question.get { self.client.get(url) } else { self.client.post(url) };
        if let (false, Some(body)) = (question.get, body) {
            request = request.json(body);
        }
        if let Some(key) = question.key {
            request = request.header("Idempotency-Key", key.to_string());
        }
        if let Some(authorization) = question.authorization {
            let mut value = HeaderValue::from_str(authorization.reveal()).ok()?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        Some(request)
    }
}

async fn read(mut response: Response) -> Result<Vec<u8>, Miss> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| miss("unreachable", true))? {
        if body.len() + chunk.len() > ANSWER_BYTES {
            return Err(miss("too_large", false));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn miss(name: &str, again: bool) -> Miss {
    Miss { name: name.to_owned(), again }
}
