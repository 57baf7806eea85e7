//! Prints the story: who sees what, one line each, as it happens.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Where the lines go.
#[derive(Clone)]
pub struct Teller {
    begin: Instant,
    out: Arc<Mutex<dyn std::io::Write + Send>>,
}

impl Teller {
    /// Tells to this.
    pub fn new(out: impl std::io::Write + Send + 'static) -> Self {
        Self { begin: Instant::now(), out: Arc::new(Mutex::new(out)) }
    }

    /// A scene begins.
    pub fn scene(&self, title: &str) {
        self.write(&format!("\n{title}\n{}\n", "─".repeat(title.chars().count())));
    }

    /// Somebody sees or does something.
    pub fn tell(&self, who: &str, what: &str) {
        let seconds = self.begin.elapsed().as_secs_f64();
        let mut lines = what.lines();
        let first = lines.next().unwrap_or_default();
        self.write(&format!("{seconds:6.2}s  {who:<8} │ {first}\n"));
        for line in lines {
            self.write(&format!("{:7}  {:<8} │ {line}\n", "", ""));
        }
    }

    fn write(&self, text: &str) {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        // A reader who closed the pipe has seen enough.
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}
