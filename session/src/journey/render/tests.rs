//! Golden forms: every kind of step, in every rendering, in two languages.

use super::{App, Chat, Guide, Rendering, Voice};
use crate::journey::tests::Story;
use serde_json::json;
use std::fmt::Write;

const EVERYTHING: &str = r#"
journey: everything
title: { en: All of it, fr: Tout }
start: menu
steps:
  menu:
    menu:
      ask: { en: "What is it about?", fr: "De quoi s'agit-il ?" }
      choices:
        - id: form
          key: 1
          label: { en: Fill in the form, fr: Remplir le formulaire }
          short: { en: Form, fr: Formulaire }
          spoken: { en: to fill in the form, fr: pour remplir le formulaire }
          synonyms: { en: [paper], fr: [papier] }
          next: form
        - { id: person, key: 0, label: { en: Talk to someone, fr: Parler à quelqu'un }, next: offer }
  form:
    resume: confirm
    form:
      title: { en: About you, fr: À propos de vous }
      fields:
        - { id: since, kind: date, ask: { en: "Since when?", fr: "Depuis quand ?" }, hint: { en: "a day", fr: "un jour" } }
        - { id: light, kind: choice, of: [{ id: on, label: { en: "On", fr: Allumé } }, { id: off, label: { en: "Off", fr: Éteint } }], ask: { en: "The light?", fr: "Le voyant ?" } }
        - { id: paid, kind: money, currency: EUR, ask: { en: "How much?", fr: "Combien ?" }, optional: true }
        - { id: again, kind: yes-no, ask: { en: "Once more?", fr: "Encore ?" } }
        - { id: phone, kind: phone, ask: { en: "Your number?", fr: "Votre numéro ?" }, known: customer.phone }
        - { id: pin, kind: secret, ask: { en: "Your PIN?", fr: "Votre code ?" } }
      next: say
  say:
    say:
      text: { en: "Thank you for {paid}.", fr: "Merci pour {paid}." }
      media: { any: "media:thanks", app: "media:thanks-app", chat: "media:thanks-chat", voice: "media:thanks-voice" }
      next: ask
  ask: { lookup: { get: "https://x.example/{phone}", say: { en: "Looking.", fr: "On regarde." }, next: time, failed: offer } }
  time: { suspend: { notice: { en: "We write to you.", fr: "Nous vous écrirons." }, next: offer } }
  offer:
    wait_offer:
      ask: { en: "There is a wait.", fr: "Il y a de l'attente." }
      choices:
        - { id: stay, key: 1, label: { en: Stay, fr: Rester }, next: person }
        - { id: suspend, key: 2, label: { en: Later, fr: Plus tard }, notice: { en: "See you.", fr: "À bientôt." }, next: quiet }
        - { id: message, key: 3, label: { en: Message, fr: Message }, next: end }
  person: { route: { queue: q, say: { en: "Someone is coming.", fr: "Quelqu'un arrive." } } }
  quiet: { route: { queue: q } }
  end: { end: { outcome: over, say: { en: "Goodbye.", fr: "Au revoir." } } }
"#;

/// One prompt in all renderings.
fn shown(out: &mut String, what: &str, story: &Story) {
    let Some(prompt) = story.prompt() else { panic!("{what} shows nothing") };
    let language = &story.language;
    let app = serde_json::to_string_pretty(&App.render(&prompt, language)).unwrap();
    let buttons = serde_json::to_string_pretty(&Chat { buttons: true }.render(&prompt, language)).unwrap();
    let typed = Chat { buttons: false }.render(&prompt, language);
    let guide = Guide.render(&prompt, language);
    let voice = serde_json::to_string_pretty(&Voice.render(&prompt, language)).unwrap();
    write!(
        out,
        "━━ {what}\n── guide\n{guide}\n── voice\n{voice}\n── chat without buttons\n{}\n── chat\n{buttons}\n── app\n{app}\n\n",
        typed.text
    )
    .unwrap();
}

fn tour(language: &str) -> String {
    let library = crate::journey::tests::library(&[("everything", EVERYTHING)]);
    let start = || {
        let mut story = Story::new(library.clone(), language).signed_in(&[("phone", "+41 79 123 45 67")]);
        story.start("everything");
        story
    };
    let mut out = String::new();
    let mut story = start();
    shown(&mut out, "a menu", &story);
    shown(&mut out, "a menu after a misfit", story.types("cheese"));
    shown(&mut out, "a form", story.chooses("form"));
    shown(&mut out, "a form after a misfit", story.types("never"));
    shown(&mut out, "a form at a choice", story.types("21.11.2026"));
    shown(&mut out, "a form at an optional field", story.chooses("on"));
    shown(&mut out, "a form at yes or no", story.types("12,50"));
    shown(&mut out, "a form to be confirmed", story.types("1").resumes());
    shown(&mut out, "a form at a secret", story.goes_on());
    shown(&mut out, "a message", story.types("0815"));
    shown(&mut out, "a look-up", story.goes_on());
    shown(&mut out, "a step that takes time", story.looked_up(Ok(json!(1))));
    shown(&mut out, "a wait offer", story.resumes());
    shown(&mut out, "a person", story.chooses("stay"));
    let mut later = start();
    shown(&mut out, "a wait offer that suspended", later.chooses("person").types("2"));
    shown(&mut out, "a person without a word", later.resumes());
    let mut over = start();
    shown(&mut out, "the end", over.chooses("person").types("3"));
    out
}

#[test]
fn every_step_in_english() {
    insta::assert_snapshot!(tour("en"));
}

#[test]
fn every_step_in_french() {
    insta::assert_snapshot!(tour("fr"));
}
