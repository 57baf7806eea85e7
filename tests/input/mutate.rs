//! Spoils a good message in every way that its descriptor allows: each field missing, empty, at odds with its kind, far too
//! long; each oneof with each other member; each enum with values that do not exist.

use prost_reflect::{Cardinality, DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage as _, Value};
use std::sync::LazyLock;

/// Everything on the wire.
pub(crate) static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| DescriptorPool::decode(segue_proto::DESCRIPTORS).unwrap());

/// How deep messages are followed: structs of structs have no end.
const DEPTH: usize = 4;
/// Longer than any text may be.
pub(crate) const LONG: usize = 20 << 10;

/// A spoilt message.
pub(crate) struct Spoilt {
    /// What is wrong with it.
    pub(crate) how: String,
    /// The message.
    pub(crate) message: DynamicMessage,
    /// Whether it must be refused; otherwise it may happen to be good.
    pub(crate) bad: bool,
}

/// A message type by its full name.
pub(crate) fn kind(name: &str) -> MessageDescriptor {
    POOL.get_message_by_name(name).unwrap_or_else(|| panic!("there is no message {name}"))
}

/// All ways to spoil it.
pub(crate) fn all(good: &DynamicMessage) -> Vec<Spoilt> {
    let mut out = Vec::new();
    each(good, "", DEPTH, &mut |how, message, bad| out.push(Spoilt { how, message, bad }));
    out
}

fn each(good: &DynamicMessage, at: &str, depth: usize, give: &mut dyn FnMut(String, DynamicMessage, bool)) {
    for field in good.descriptor().fields() {
        let name = format!("{at}{}", field.name());
        let inside = good.has_field(&field);
        if inside {
            let mut without = good.clone();
            without.clear_field(&field);
            let needed = matches!(field.name(), "request_id" | "session_id" | "leg_id") && at.is_empty();
            give(format!("{name} missing"), without, needed);
        }
        for (how, value, bad) in odd(&field) {
            let mut with = good.clone();
            with.set_field(&field, value);
            give(format!("{name} {how}"), with, bad);
        }
        let single = !field.is_list() && !field.is_map();
        if let (Kind::Message(of), true, true) = (field.kind(), single, depth > 0) {
            let inner = if inside { good.get_field(&field).as_message().unwrap().clone() } else { DynamicMessage::new(of) };
            each(&inner, &format!("{name}."), depth - 1, &mut |how, inner, bad| {
                let mut outer = good.clone();
                outer.set_field(&field, Value::Message(inner));
                // A part that the good message does not have may be passed over whole, good or bad.
                give(how, outer, bad && inside);
            });
        }
    }
}

/// Odd values of a field, and whether the house must refuse them whatever the field means.
fn odd(field: &FieldDescriptor) -> Vec<(&'static str, Value, bool)> {
    if field.is_map() {
        return Vec::new();
    }
    let one = single(field);
    if field.cardinality() == Cardinality::Repeated {
        let Some((_, value, _)) = one.into_iter().next_back() else { return Vec::new() };
        return vec![("a thousand times", Value::List(vec![value; 1000]), true)];
    }
    one
}

fn single(field: &FieldDescriptor) -> Vec<(&'static str, Value, bool)> {
    let id = field.name().ends_with("_id") && !["choice_id", "field_id", "customer_id", "offer_id"].contains(&field.name());
    let text = |text: &str| Value::String(text.to_owned());
    match field.kind() {
        Kind::String => vec![
            ("empty", text(""), id),
            ("a single blank", text(" "), id),
            ("no UUID", text("not-a-uuid"), id),
            ("the nil UUID", text("00000000-0000-0000-0000-000000000000"), id),
            ("with control characters", text("a\u{0}b\u{1b}[31m\n"), id),
            ("of many scripts", text("ﷺ\u{202e}🏳️‍🌈\u{301}\u{feff}"), id),
            ("a path", text("../../etc/passwd"), id),
            ("a template", text("{{7*7}} ${jndi:ldap://x} '; drop"), id),
            ("far too long", Value::String("x".repeat(LONG)), true),
        ],
        Kind::Enum(_) => vec![
            ("unspecified", Value::EnumNumber(0), false),
            ("unknown", Value::EnumNumber(9999), true),
            ("negative", Value::EnumNumber(-1), true),
        ],
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => {
            vec![("least", Value::I32(i32::MIN), false), ("negative", Value::I32(-1), false), ("most", Value::I32(i32::MAX), false)]
        }
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => vec![("least", Value::I64(i64::MIN), false), ("most", Value::I64(i64::MAX), false)],
        Kind::Uint32 | Kind::Fixed32 => vec![("zero", Value::U32(0), false), ("most", Value::U32(u32::MAX), false)],
        Kind::Uint64 | Kind::Fixed64 => vec![("zero", Value::U64(0), false), ("most", Value::U64(u64::MAX), false)],
        Kind::Double => vec![("no number", Value::F64(f64::NAN), false), ("without end", Value::F64(f64::INFINITY), false)],
        Kind::Float => vec![("no number", Value::F32(f32::NAN), false)],
        Kind::Bool => vec![("yes", Value::Bool(true), false), ("no", Value::Bool(false), false)],
        Kind::Bytes => vec![("far too long", Value::Bytes(vec![0; LONG].into()), true)],
        Kind::Message(of) => vec![("hollow", Value::Message(DynamicMessage::new(of)), false)],
    }
}
