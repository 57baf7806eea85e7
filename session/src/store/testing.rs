//! A real Redis for tests: a process of its own on a free port of this machine, gone with its guard.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "for tests: what cannot be set up fails the test")]

use crate::Private;
use crate::store::{Redis, RedisOptions};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::Instant;

/// How long a server may take to answer after its start.
const START_LIMIT: Duration = Duration::from_secs(20);
/// How often a start is tried: another process may take the free port first.
const TRIES: usize = 5;

/// A running redis-server. Killed when dropped; its files go with it.
pub struct RedisServer {
    child: Child,
    port: u16,
    directory: TempDir,
    settings: Vec<(String, String)>,
}

impl RedisServer {
    /// Starts one that is fit: append-only file, no eviction. `settings` (such as `("appendfsync", "always")`) come on top.
    ///
    /// # Panics
    /// Where redis-server is not installed or does not start.
    pub async fn start(settings: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let fit = [("appendonly", "yes"), ("appendfsync", "everysec"), ("maxmemory-policy", "noeviction"), ("save", "")];
        let all = fit.iter().filter(|(name, _)| !settings.iter().any(|(own, _)| own == name)).chain(settings);
        let settings: Vec<_> = all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        for _ in 0..TRIES {
            let port = free_port();
            let mut child = spawn(port, &directory, &settings);
            if answers(&mut child, port).await {
                return Self { child, port, directory, settings };
            }
        }
        panic!("redis-server did not start; it wrote:\n{}", log(&directory));
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// How to reach it, with the usual patience.
    #[must_use]
    pub fn options(&self) -> RedisOptions {
        RedisOptions::new(Private::new(self.url()))
    }

    /// A store in it.
    ///
    /// # Panics
    /// Where the store refuses it.
    pub async fn store(&self) -> Redis {
        Redis::open(self.options()).await.expect("a store in a fresh Redis")
    }

    /// Kills it with SIGKILL, as a crash would; its files stay.
    ///
    /// # Panics
    /// Where it cannot be killed.
    pub fn kill(&mut self) {
        self.child.kill().expect("kills its own child");
        self.child.wait().expect("reaps its own child");
    }

    /// Starts it again on the same port and files.
    ///
    /// # Panics
    /// Where it does not come up.
    pub async fn restart(&mut self) {
        self.kill();
        self.child = spawn(self.port, &self.directory, &self.settings);
        assert!(answers(&mut self.child, self.port).await, "redis-server did not come back:\n{}", log(&self.directory));
    }

    /// Every key and value it holds, for tests that look for what must not be there.
    ///
    /// # Panics
    /// Where it does not answer.
    pub async fn everything(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for key in self.command::<Vec<String>>(&["KEYS", "*"]).await {
            bytes.extend_from_slice(key.as_bytes());
            let kind: String = self.command(&["TYPE", &key]).await;
            let read: &[&str] = match kind.as_str() {
                "string" => &["GET", &key],
                "hash" => &["HGETALL", &key],
                "list" => &["LRANGE", &key, "0", "-1"],
                "zset" => &["ZRANGE", &key, "0", "-1"],
                "stream" => &["XRANGE", &key, "-", "+"],
                other => panic!("{key} is a {other}, which no store of ours writes"),
            };
            pour(&self.command(read).await, &mut bytes);
        }
        bytes
    }

    /// Sends a command over a connection of its own.
    ///
    /// # Panics
    /// Where it is refused.
    pub async fn command<T: redis::FromRedisValue>(&self, words: &[&str]) -> T {
        let client = redis::Client::open(self.url()).expect("a URL of our own");
        let mut connection = client.get_multiplexed_async_connection().await.expect("a connection");
        let mut command = redis::cmd(words[0]);
        for word in &words[1..] {
            command.arg(*word);
        }
        command.query_async(&mut connection).await.expect("the command is taken")
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        // It may have been killed before; then there is nothing left to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn pour(value: &redis::Value, bytes: &mut Vec<u8>) {
    match value {
        redis::Value::BulkString(text) => bytes.extend_from_slice(text),
        redis::Value::Array(parts) => parts.iter().for_each(|part| pour(part, bytes)),
        other => bytes.extend_from_slice(format!("{other:?}").as_bytes()),
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

fn spawn(port: u16, directory: &TempDir, settings: &[(String, String)]) -> Child {
    let mut command = Command::new("redis-server");
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--daemonize", "no", "--loglevel", "warning"]);
    command.args(["--logfile", "redis.log", "--dir"]).arg(directory.path());
    for (name, value) in settings {
        command.arg(format!("--{name}")).arg(value);
    }
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    child.unwrap_or_else(|error| panic!("redis-server cannot be started ({error}): run `make tools`, or `apt-get install redis-server`"))
}

/// Waits until the server takes commands; `false` where it ended or kept silent.
async fn answers(child: &mut Child, port: u16) -> bool {
    let client = redis::Client::open(format!("redis://127.0.0.1:{port}/")).expect("a URL of our own");
    let deadline = Instant::now() + START_LIMIT;
    while Instant::now() < deadline {
        if child.try_wait().expect("looks at its own child").is_some() {
            return false;
        }
        if let Ok(mut connection) = client.get_multiplexed_async_connection().await {
            let pong: redis::RedisResult<String> = redis::cmd("PING").query_async(&mut connection).await;
            if pong.is_ok() {
                return true;
            }
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    false
}

fn log(directory: &TempDir) -> String {
    std::fs::read_to_string(directory.path().join("redis.log")).unwrap_or_default()
}
