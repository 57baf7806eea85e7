//! gRPC calls of bytes: what the generated client would never send.

use bytes::{Buf as _, BufMut as _};
use http::uri::PathAndQuery;
use segue_proto::client::Error;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::MetadataValue;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

/// Bytes as they are.
#[derive(Clone, Copy, Debug, Default)]
struct Bytes;

impl Codec for Bytes {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;
    fn encoder(&mut self) -> Self {
        Self
    }
    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;
    fn encode(&mut self, item: Vec<u8>, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Bytes {
    type Item = Vec<u8>;
    type Error = Status;
    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining()).to_vec()))
    }
}

/// One connection, any method.
#[derive(Clone)]
pub(crate) struct Raw(Channel);

impl Raw {
    pub(crate) async fn to(address: &str) -> Self {
        Self(Endpoint::from_shared(address.to_owned()).unwrap().connect().await.unwrap())
    }

    /// Calls a method by its path, `/package.Service/Method`, with these tokens; the first answer, where there is one.
    pub(crate) async fn call(&self, path: &str, token: Option<&str>, body: Vec<u8>) -> Result<Option<Vec<u8>>, Status> {
        let mut grpc = tonic::client::Grpc::new(self.0.clone());
        grpc.ready().await.map_err(|e| Status::unknown(e.to_string()))?;
        let mut request = Request::new(tokio_stream::once(body));
        if let Some(token) = token {
            let bearer: MetadataValue<_> = format!("Bearer {token}").parse().unwrap();
            request.metadata_mut().insert("authorization", bearer);
        }
        let path: PathAndQuery = path.parse().unwrap();
        let mut answers = grpc.streaming(request, path, Bytes).await?.into_inner();
        answers.message().await
    }
}

/// The reason of a refusal, by which machines know it; fails where there is none.
pub(crate) fn reason(status: Status, what: &str) -> String {
    let (code, message) = (status.code(), status.message().to_owned());
    let error = Error::from(status);
    let Error::Refused(refusal) = &error else { panic!("{what}: no reason with {code:?}: {message}") };
    assert!(!refusal.message.is_empty() && refusal.message.len() < 400, "{what}: no clear sentence: {error}");
    refusal.reason.clone()
}
