//! Handles on transactions.

use super::{Error, Hop, Order};
use crate::message::{Request, Response};
use crate::transaction::{ClientId, ServerId};
use crate::transport::Flow;
use tokio::sync::{mpsc, oneshot};

/// What may become of a request that was not answered at once.
#[derive(Debug, PartialEq)]
pub enum AskedNews {
    /// It is not wanted any more; it is still to be answered, with 487.
    Cancelled,
    /// Our 2xx has come; the `ACK` may hold an answer to our offer.
    Acked(Request),
    /// Nobody acknowledged our 2xx.
    Unacknowledged,
}

/// A request of somebody's.
pub struct Asked {
    pub(super) id: ServerId,
    /// What they ask.
    pub request: Request,
    /// Whence.
    pub flow: Flow,
    /// Our tag in the answers: our half of a dialog's name.
    pub tag: String,
    pub(super) orders: mpsc::UnboundedSender<Order>,
    pub(super) news: mpsc::Receiver<AskedNews>,
    pub(super) answered: bool,
}

impl Asked {
    /// An answer to build on, with our tag.
    #[must_use]
    pub fn reply(&self, code: u16) -> Response {
        self.request.answer(code).tagged(&self.tag)
    }

    /// Answers, for now (1xx) or for good.
    ///
    /// # Errors
    ///
    /// [`Error::Transaction`] where it was answered for good.
    pub async fn answer(&mut self, response: Response) -> Result<(), Error> {
        let last = response.is_final();
        let (tell, told) = oneshot::channel();
        self.orders.send(Order::Answer(self.id, response, tell)).map_err(|_| Error::Gone)?;
        told.await.map_err(|_| Error::Gone)??;
        self.answered |= last;
        Ok(())
    }

    /// What became of it; `None` when nothing more can.
    pub async fn next(&mut self) -> Option<AskedNews> {
        self.news.recv().await
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        if !self.answered {
            // Where the stack has ended, nobody waits.
            let _ = self.orders.send(Order::Abandon(self.id));
        }
    }
}

/// A request of ours.
pub struct Asking {
    id: ClientId,
    /// The way it went: later requests of the dialog may take it.
    pub flow: Flow,
    orders: mpsc::UnboundedSender<Order>,
    answers: mpsc::Receiver<Option<Response>>,
    over: bool,
}

/// Asks, and gives the handle.
pub(super) async fn ask(orders: &mpsc::UnboundedSender<Order>, request: Request, hop: Hop) -> Result<Asking, Error> {
    let (answers_in, answers) = mpsc::channel(ANSWERS);
    let (tell, told) = oneshot::channel();
    orders.send(Order::Ask(request, hop, answers_in, tell)).map_err(|_| Error::Gone)?;
    let (id, flow) = told.await.map_err(|_| Error::Gone)??;
    Ok(Asking { id, flow, orders: orders.clone(), answers, over: false })
}

/// Answers that may wait; of those for now, more are let go.
const ANSWERS: usize = 16;
/// How many of these places are kept for answers for good.
pub(super) const KEPT: usize = 8;

impl Asking {
    /// The next answer; `None` where none comes any more. After a 2xx to an `INVITE` more of them may come, of other phones.
    pub async fn next(&mut self) -> Option<Response> {
        let answer = self.answers.recv().await.flatten();
        self.over |= answer.as_ref().is_none_or(Response::is_final);
        answer
    }

    /// Acknowledges a 2xx, by the way of the `INVITE` or by another, and whenever it is repeated.
    pub fn acknowledge(&self, ack: Request, hop: Option<Hop>) {
        let _ = self.orders.send(Order::Acknowledge(self.id, ack, hop));
    }

    /// Lets go of an `INVITE`. It is still answered: with 487, or with a 2xx that was quicker.
    pub fn cancel(&self) {
        let _ = self.orders.send(Order::Cancel(self.id));
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        if !self.over {
            self.cancel();
        }
    }
}
