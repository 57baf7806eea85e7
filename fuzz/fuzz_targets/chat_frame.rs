//! Any bytes as a frame of the chat's socket: understood or refused, never a panic; what is understood goes there and back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segue_adapter_chat::parse_client_frame;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(frame) = parse_client_frame(text) else { return };
    // A double that JSON cannot write (an infinity in a claimed value) has no way back.
    let Ok(again) = serde_json::to_string(&frame) else { return };
    assert!(parse_client_frame(&again).is_ok_and(|back| back == frame), "{again}");
});
