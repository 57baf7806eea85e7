//! Prompts as a chat shows them, on the wire: drawn with buttons and without, so that a page takes what it can show.

use segue_proto::chat::v1::{Bubble, QuickReply};
use segue_proto::convert::prompt;
use segue_session::Language;
use segue_session::journey::Prompt;
use segue_session::journey::render::{Chat, Rendering as _, Reply};

/// The bubble of a prompt. The neutral form goes along in the view; this holds nothing that is not in it.
pub(crate) fn bubble(core: &Prompt, language: &Language) -> Bubble {
    let tapped = Chat { buttons: true }.render(core, language);
    let typed = Chat { buttons: false }.render(core, language);
    Bubble {
        step: step(core),
        text: tapped.text,
        numbered_text: typed.text,
        replies: tapped.replies.iter().map(reply).collect(),
        media: tapped.media.unwrap_or_default(),
        masked: tapped.masked,
        field_id: asked_for(core),
        busy: matches!(core, Prompt::Busy { .. } | Prompt::Line { awaited: true, .. }),
        r#final: matches!(core, Prompt::End { .. }),
    }
}

fn reply(core: &Reply) -> QuickReply {
    QuickReply { label: core.label.clone(), typed: core.typed.clone(), input: Some(prompt::input(&core.input)) }
}

fn step(core: &Prompt) -> String {
    match core {
        Prompt::Menu { step, .. }
        | Prompt::Form { step, .. }
        | Prompt::Say { step, .. }
        | Prompt::Busy { step, .. }
        | Prompt::Line { step, .. }
        | Prompt::WaitOffer { step, .. }
        | Prompt::End { step, .. } => step.to_string(),
    }
}

/// The field that is asked for. While kept answers wait to be confirmed, none is.
fn asked_for(core: &Prompt) -> String {
    match core {
        Prompt::Form { current: Some(field), confirm: false, .. } => field.to_string(),
        _ => String::new(),
    }
}
