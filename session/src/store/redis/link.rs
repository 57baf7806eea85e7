//! The link to one Redis: one multiplexed connection that all callers share, thrown away when it stops answering.
//!
//! The client library's own manager never leaves a connection into a black hole, so the rules are ours: nothing waits
//! longer than the time-out; after a few time-outs in a row, or any break, the connection is dropped and the next caller
//! dials; failed dials are spaced out, and callers in between fail at once. Nothing is ever sent twice from here: whether a
//! write that got no answer was done is for its caller to find out, by its request id.
//!
//! What is *not* here: Sentinels, clusters, waiting for replicas. They are other links behind the same methods.

use super::{RedisOptions, fitness};
use crate::store::{Durability, Error};
use redis::aio::MultiplexedConnection;
use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::{AsyncConnectionConfig, Client, Cmd, ErrorKind, FromRedisValue, IntoConnectionInfo, Pipeline, RedisError, RedisResult};
use redis::{ConnectionAddr, ScriptInvocation, ServerErrorKind, TlsCertificates};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// The most calls under way; the next one is refused as overload.
const IN_FLIGHT_LIMIT: usize = 8192;
/// So many time-outs in a row, and the connection is given up.
const TIMEOUTS_LIMIT: u32 = 3;
/// The pause after the first failed dial; doubled with each further one.
const PAUSE: Duration = Duration::from_millis(50);
/// The longest pause.
const PAUSE_LIMIT: Duration = Duration::from_secs(2);
/// Commands that wait in the connection's own queue before callers wait to put theirs there.
const PIPELINE: usize = 1024;

/// Whether a call without an answer may have changed something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Read,
    Write,
}

#[derive(Debug, thiserror::Error)]
enum Closed {
    #[error("overloaded: {IN_FLIGHT_LIMIT} calls are under way")]
    Overloaded,
    #[error("no connection to Redis, the next try is due soon; the last one failed: {0}")]
    Pausing(String),
    #[error("Redis came back with weaker settings: an acknowledgement was worth {0:?}, is worth {1:?} now")]
    Weaker(Durability, Durability),
}

/// A way to a Redis.
pub(super) struct Link {
    client: Client,
    options: RedisOptions,
    durability: Durability,
    state: Mutex<State>,
    /// Held by the one who dials.
    dialling: tokio::sync::Mutex<()>,
    in_flight: Semaphore,
}

#[derive(Default)]
struct State {
    live: Option<MultiplexedConnection>,
    /// Counts connections, so that trouble with an older one does not end its successor.
    generation: u64,
    timeouts: u32,
    pause: Option<Pause>,
}

struct Pause {
    until: Instant,
    length: Duration,
    why: String,
}

impl Link {
    /// Dials, and asks whether the Redis is fit.
    pub(super) async fn open(options: RedisOptions) -> Result<Self, Error> {
        let client = client(&options).map_err(|error| Error::Unfit(format!("the Redis address cannot be used: {error}")))?;
        let (connection, durability) = dial(&client, &options).await?;
        let state = State { live: Some(connection), ..State::default() };
        let (state, dialling) = (Mutex::new(state), tokio::sync::Mutex::default());
        Ok(Self { client, options, durability, state, dialling, in_flight: Semaphore::new(IN_FLIGHT_LIMIT) })
    }

    /// What an acknowledgement was worth when the link was opened; a Redis that comes back with less is refused.
    pub(super) const fn durability(&self) -> Durability {
        self.durability
    }

    /// Asks something that changes nothing.
    pub(super) async fn read<T: FromRedisValue + Send>(&self, doing: &'static str, command: &Cmd) -> Result<T, Error> {
        self.call(doing, Kind::Read, async |mut connection| command.query_async(&mut connection).await).await
    }

    /// Asks several things that change nothing, in one go.
    pub(super) async fn read_all<T: FromRedisValue + Send>(&self, doing: &'static str, commands: &Pipeline) -> Result<T, Error> {
        self.call(doing, Kind::Read, async |mut connection| commands.query_async(&mut connection).await).await
    }

    /// Runs a script that writes, loading it first where the server does not know it.
    pub(super) async fn write<T: FromRedisValue + Send>(&self, doing: &'static str, script: &ScriptInvocation<'_>) -> Result<T, Error> {
        self.call(doing, Kind::Write, async |mut connection| script.invoke_async(&mut connection).await).await
    }

    async fn call<T>(
        &self,
        doing: &'static str,
        kind: Kind,
        ask: impl AsyncFnOnce(MultiplexedConnection) -> RedisResult<T>,
    ) -> Result<T, Error> {
        let overloaded = |_| Error::Failed { doing, source: Closed::Overloaded.into() };
        let _place = self.in_flight.try_acquire().map_err(overloaded)?;
        let (generation, connection) = self.connection(doing).await?;
        match ask(connection).await {
            Ok(answer) => {
                self.answered();
                Ok(answer)
            }
            Err(error) => {
                self.troubled(generation, &error);
                Err(failure(doing, kind, error))
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while holding it; were it so, the state would still be whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answered(&self) {
        let mut state = self.state();
        state.timeouts = 0;
    }

    /// Gives the connection up where it is of no use any more.
    fn troubled(&self, generation: u64, error: &RedisError) {
        let mut state = self.state();
        if state.generation != generation {
            return;
        }
        state.timeouts += u32::from(error.is_timeout());
        let useless = error.is_unrecoverable_error() && !error.is_timeout();
        let elsewhere = matches!(
            error.kind(),
            ErrorKind::Server(ServerErrorKind::ReadOnly | ServerErrorKind::MasterDown | ServerErrorKind::BusyLoading)
        );
        if state.timeouts >= TIMEOUTS_LIMIT || useless || elsewhere {
            tracing::warn!(%error, "the link to Redis is dropped");
            *state = State { generation: generation + 1, ..State::default() };
        }
    }

    async fn connection(&self, doing: &'static str) -> Result<(u64, MultiplexedConnection), Error> {
        if let Some(ready) = self.ready(doing)? {
            return Ok(ready);
        }
        let _turn = self.dialling.lock().await;
        // Another may have dialled while this one waited.
        if let Some(ready) = self.ready(doing)? {
            return Ok(ready);
        }
        let outcome = match dial(&self.client, &self.options).await {
            Ok((_, worth)) if worth < self.durability => {
                Err(Error::Failed { doing, source: Closed::Weaker(self.durability, worth).into() })
            }
            Ok((connection, _)) => Ok(connection),
            Err(error) => Err(error),
        };
        let mut state = self.state();
        match outcome {
            Ok(connection) => {
                tracing::info!("the link to Redis is up again");
                state.pause = None;
                state.live = Some(connection.clone());
                Ok((state.generation, connection))
            }
            Err(error) => {
                let length = state.pause.as_ref().map_or(PAUSE, |p| (p.length * 2).min(PAUSE_LIMIT));
                state.pause = Some(Pause { until: Instant::now() + length, length, why: error.to_string() });
                Err(error)
            }
        }
    }

    fn ready(&self, doing: &'static str) -> Result<Option<(u64, MultiplexedConnection)>, Error> {
        let state = self.state();
        if let Some(pause) = state.pause.as_ref().filter(|p| Instant::now() < p.until) {
            return Err(Error::Failed { doing, source: Closed::Pausing(pause.why.clone()).into() });
        }
        Ok(state.live.clone().map(|connection| (state.generation, connection)))
    }
}

fn client(options: &RedisOptions) -> RedisResult<Client> {
    let keepalive = TcpKeepalive::new().with_time(Duration::from_secs(5)).with_interval(Duration::from_secs(2)).with_retries(3);
    let tcp = TcpSettings::default().set_nodelay(true).set_keepalive(keepalive);
    #[cfg(target_os = "linux")]
    let tcp = tcp.set_user_timeout(options.response_timeout);
    let info = options.url.reveal().as_str().into_connection_info()?.set_tcp_settings(tcp);
    if !matches!(info.addr(), ConnectionAddr::TcpTls { .. }) {
        return Client::open(info);
    }
    // Client certificates are not asked for: Redis knows its users by password.
    Client::build_with_tls(info, TlsCertificates { client_tls: None, root_cert: options.ca.clone() })
}

async fn dial(client: &Client, options: &RedisOptions) -> Result<(MultiplexedConnection, Durability), Error> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(options.connect_timeout))
        .set_response_timeout(Some(options.response_timeout))
        .set_pipeline_buffer_size(PIPELINE);
    let failed = |error: RedisError| Error::Failed { doing: "connecting to Redis", source: error.into() };
    let mut connection = client.get_multiplexed_async_connection_with_config(&config).await.map_err(failed)?;
    let durability = fitness::ask(&mut connection, options.forced).await.map_err(failed)??;
    Ok((connection, durability))
}

/// What an error means to the caller.
fn failure(doing: &'static str, kind: Kind, error: RedisError) -> Error {
    match error.kind() {
        // A script that stumbles over a key of another type, or over a bug of its own.
        ErrorKind::Server(ServerErrorKind::ResponseError) | ErrorKind::UnexpectedReturnType => corrupt(&error),
        ErrorKind::Extension if error.code() == Some("WRONGTYPE") => corrupt(&error),
        // Refused by the server before anything was written: no memory, a failing disk, a replica, still loading.
        ErrorKind::Server(_) | ErrorKind::Extension | ErrorKind::AuthenticationFailed | ErrorKind::InvalidClientConfig => {
            Error::Failed { doing, source: error.into() }
        }
        _ if kind == Kind::Write => Error::Unknown { doing, source: error.into() },
        _ => Error::Failed { doing, source: error.into() },
    }
}

fn corrupt(error: &RedisError) -> Error {
    Error::Corrupt { what: "what Redis holds", why: error.to_string() }
}
