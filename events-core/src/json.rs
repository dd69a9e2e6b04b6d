//! The JSON writer of event documents: appends to a buffer, escapes, never fails.

/// Bytes that stand for themselves inside a JSON string.
const PLAIN: [bool; 256] = {
    let mut plain = [true; 256];
    let mut at = 0;
    while at < 0x20 {
        plain[at] = false;
        at += 1;
    }
    plain[b'"' as usize] = false;
    plain[b'\\' as usize] = false;
    plain
};

/// Appends `text` as a JSON string.
pub(crate) fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    escaped(out, text);
    out.push(b'"');
}

/// Appends the inside of a JSON string.
pub(crate) fn escaped(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    if all_plain(bytes) {
        out.extend_from_slice(bytes);
    } else {
        escape(out, bytes);
    }
}

/// Whether there is nothing to escape, as for nearly every text: many bytes are compared at once, the last of
/// them twice where the length is no multiple.
fn all_plain(bytes: &[u8]) -> bool {
    let plain = |bytes: &[u8; 16]| {
        bytes.iter().fold(true, |plain, byte| plain & (*byte >= 0x20) & (*byte != b'"') & (*byte != b'\\'))
    };
    if let Some(last) = bytes.last_chunk::<16>() {
        return bytes.as_chunks::<16>().0.iter().all(plain) && plain(last);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        return is_plain(u64::from_le_bytes(*first)) && is_plain(u64::from_le_bytes(*last));
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let [first, last] = [first, last].map(|half| u64::from(u32::from_le_bytes(*half)));
        return is_plain(first << 32 | last);
    }
    bytes.iter().all(|byte| PLAIN[usize::from(*byte)])
}

/// The same of eight bytes in one word. Source: Sean Anderson, "Bit Twiddling Hacks", bytes less than and equal to n.
const fn is_plain(word: u64) -> bool {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    let below_blank = word.wrapping_sub(ONES * 0x20) & !word;
    let quote = word ^ (ONES * b'"' as u64);
    let backslash = word ^ (ONES * b'\\' as u64);
    let quote = quote.wrapping_sub(ONES) & !quote;
    let backslash = backslash.wrapping_sub(ONES) & !backslash;
    (below_blank | quote | backslash) & HIGH == 0
}

#[cold]
fn escape(out: &mut Vec<u8>, bytes: &[u8]) {
    let mut from = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if PLAIN[usize::from(*byte)] {
            continue;
        }
        out.extend_from_slice(&bytes[from..at]);
        from = at + 1;
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            control => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                out.extend_from_slice(b"\\u00");
                out.push(HEX[usize::from(control >> 4)]);
                out.push(HEX[usize::from(control & 15)]);
            }
        }
    }
    out.extend_from_slice(&bytes[from..]);
}

/// Appends an integer.
pub(crate) fn unsigned(out: &mut Vec<u8>, mut value: u64) {
    if value < 10 {
        return out.push(b'0' + value as u8);
    }
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// The longest prefix of `text` of at most `limit` bytes that ends between characters.
pub(crate) fn prefix(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_string_reads_back(text in ".*", tail in proptest::collection::vec(0u8..0x30, 0..20)) {
            let text = text + std::str::from_utf8(&tail).unwrap();
            let mut out = Vec::new();
            super::string(&mut out, &text);
            prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
        }

        #[test]
        fn every_short_text_reads_back(bytes in proptest::collection::vec(0u8..0x7f, 0..20)) {
            let text = String::from_utf8(bytes).unwrap();
            let mut out = Vec::new();
            super::string(&mut out, &text);
            prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
        }

        #[test]
        fn every_integer_reads_back(value: u64) {
            let mut out = Vec::new();
            super::unsigned(&mut out, value);
            prop_assert_eq!(String::from_utf8(out).unwrap(), value.to_string());
        }
    }
}
