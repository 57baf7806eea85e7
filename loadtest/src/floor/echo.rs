//! The sockets' floor: a gRPC call that answers at once, and a WebSocket that echoes, in a process of their own.

use anyhow::Context as _;
use futures_util::{SinkExt as _, StreamExt as _};
use std::net::SocketAddr;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

/// The echo process, ended when dropped.
pub(crate) struct Echo {
    _child: Child,
    grpc: SocketAddr,
    ws: SocketAddr,
}

/// A WebSocket as this client holds it.
pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

impl Echo {
    /// Starts it on free ports.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let me = std::env::current_exe()?;
        let mut child =
            Command::new(me).arg("echo").stdout(Stdio::piped()).kill_on_drop(true).spawn().context("while starting the echo")?;
        let out = child.stdout.take().context("the echo has no output")?;
        let line = BufReader::new(out).lines().next_line().await?.context("the echo said nothing")?;
        let (grpc, ws) = line.split_once(' ').context("the echo said something else")?;
        Ok(Self { _child: child, grpc: grpc.parse()?, ws: ws.parse()? })
    }

    /// A gRPC client of it.
    pub(crate) async fn grpc(&self) -> anyhow::Result<HealthClient<tonic::transport::Channel>> {
        let endpoint = tonic::transport::Endpoint::from_shared(format!("http://{}", self.grpc))?;
        Ok(HealthClient::new(endpoint.tcp_nodelay(true).connect().await?))
    }

    /// A WebSocket to it.
    pub(crate) async fn socket(&self) -> anyhow::Result<Socket> {
        let (socket, _) = tokio_tungstenite::connect_async(format!("ws://{}/", self.ws)).await?;
        Ok(socket)
    }
}

/// One gRPC round trip.
pub(crate) async fn call(client: &mut HealthClient<tonic::transport::Channel>) -> anyhow::Result<()> {
    client.check(HealthCheckRequest { service: String::new() }).await?;
    Ok(())
}

/// One WebSocket round trip of `text`.
pub(crate) async fn round_trip(socket: &mut Socket, text: &str) -> anyhow::Result<()> {
    socket.send(Message::text(text)).await?;
    while let Some(message) = socket.next().await {
        if message?.is_text() {
            return Ok(());
        }
    }
    anyhow::bail!("the echo closed")
}

/// The echo process itself: prints its two addresses, serves until ended.
pub(crate) async fn serve() -> anyhow::Result<()> {
    let grpc = TcpListener::bind("127.0.0.1:0").await?;
    let ws = TcpListener::bind("127.0.0.1:0").await?;
    crate::say(&format!("{} {}", grpc.local_addr()?, ws.local_addr()?));
    let (_reporter, health) = tonic_health::server::health_reporter();
    let incoming = tonic::transport::server::TcpIncoming::from(grpc).with_nodelay(Some(true));
    let calls = tokio::spawn(tonic::transport::Server::builder().add_service(health).serve_with_incoming(incoming));
    while let Ok((stream, _)) = ws.accept().await {
        stream.set_nodelay(true)?;
        tokio::spawn(async move {
            let mut socket = tokio_tungstenite::accept_async(stream).await?;
            while let Some(message) = socket.next().await {
                let message = message?;
                if message.is_text() {
                    socket.send(message).await?;
                }
            }
            anyhow::Ok(())
        });
    }
    calls.await??;
    Ok(())
}
