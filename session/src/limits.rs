//! Limits of a session, each with a name. Reaching one is a refusal, never a silent cut; histories alone are capped.

/// Bytes of a whole session as stored, unless configured otherwise.
pub const SESSION_BYTES: usize = 64 * 1024;
/// Bytes of one text in a transcript.
pub const TEXT_BYTES: usize = 16 * 1024;
/// Bytes of one note or hand-over note.
pub const NOTE_BYTES: usize = 4 * 1024;
/// Bytes of what is said without a signature, as JSON, names included.
pub const CLAIMED_BYTES: usize = 4 * 1024;
/// Bytes of an address, a device or a purpose.
pub const WORD_BYTES: usize = 256;
/// Bytes of one named document as JSON.
pub const DOCUMENT_BYTES: usize = 32 * 1024;
/// Named documents.
pub const DOCUMENTS: usize = 16;
/// Notes.
pub const NOTES: usize = 64;
/// Legs that are attached or within their grace.
pub const LEGS: usize = 8;
/// Past legs kept; older ones are forgotten.
pub const PAST_LEGS: usize = 16;
/// Interactions kept; older ones that are over are forgotten.
pub const INTERACTIONS: usize = 16;
/// Steps of the trail kept; older ones are forgotten.
pub const TRAIL: usize = 32;
/// Proofs kept; older ones are forgotten once they are over.
pub const PROOFS: usize = 32;
/// Consents kept; one that a newer one of the same purpose, channel and persona replaced is forgotten first.
pub const CONSENTS: usize = 64;
/// Handles that hold at once; the oldest makes room.
pub const HANDLES: usize = 8;
/// Candidates for who it is.
pub const CANDIDATES: usize = 16;
/// Hand-overs kept; older ones are forgotten.
pub const HAND_OVERS: usize = 16;
/// Identifications that can be undone, one after the other.
pub const UNDO_DEPTH: usize = 4;
/// How long a handle that was used up still tells who comes second where the session is live, in milliseconds.
pub const RACE_MS: u64 = 60_000;

/// Whether a text may go into a transcript.
///
/// # Errors
/// `LimitExceeded` over [`TEXT_BYTES`]; `InvalidArgument` where there is none.
pub fn check_text(text: &str) -> Result<(), crate::Refusal> {
    if text.trim().is_empty() {
        return Err(crate::Refusal::new(crate::Reason::InvalidArgument, "the text is empty").about("field", "text"));
    }
    within("text_bytes", text.len(), TEXT_BYTES)
}

/// Whether a text may be a note.
///
/// # Errors
/// `LimitExceeded` over [`NOTE_BYTES`]; `InvalidArgument` where there is none.
pub fn check_note(text: &str) -> Result<(), crate::Refusal> {
    if text.trim().is_empty() {
        return Err(crate::Refusal::new(crate::Reason::InvalidArgument, "the note is empty").about("field", "note"));
    }
    within("note_bytes", text.len(), NOTE_BYTES)
}

/// Whether something is within a limit.
///
/// # Errors
/// `LimitExceeded`, with the limit's name, its value, and what was asked.
pub fn within(limit: &str, asked: usize, most: usize) -> Result<(), crate::Refusal> {
    if asked <= most {
        return Ok(());
    }
    Err(crate::Refusal::new(crate::Reason::LimitExceeded, format!("{limit} is limited to {most}"))
        .about("limit", limit)
        .about("most", most.to_string())
        .about("asked", asked.to_string()))
}
