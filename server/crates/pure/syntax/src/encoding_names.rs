//! What Python's names of encodings mean (CPython 3.11, `Lib/encodings/aliases.py`).

use encoding_rs::{Encoding, REPLACEMENT, UTF_16BE, UTF_16LE};
use oem_cp::code_table::DECODING_TABLE_CP_MAP;

/// How to decode text in a named encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decoding {
    /// UTF-8.
    Utf8,
    /// ISO 8859-1: each byte is the code point of that number.
    Latin1,
    /// ASCII, and no other bytes.
    Ascii,
    /// As the WHATWG Encoding Standard has it.
    Standard(&'static Encoding),
    /// A code page of Windows: as the WHATWG Encoding Standard has it, without the bytes that Windows leaves undefined.
    Windows(&'static Encoding),
    /// The code page of DOS of this number, which `oem_cp` has.
    CodePage(u16),
    /// An extension of ASCII of which only that part is known here: code pages of the Macintosh, and some East and Central
    /// Asian encodings.
    AsciiPart,
    /// UTF-7, which Python has and we do not.
    Utf7,
    /// UTF-16 or UTF-32, which Python does not accept as a source encoding; its name.
    Wide(&'static str),
}

/// What a declared name means; `None` if Python has no text encoding of that name that could declare itself.
pub(crate) fn decoding_of(name: &str) -> Option<Decoding> {
    let name = name.to_ascii_lowercase();
    let dashed = name.replace('_', "-");
    if dashed == "utf-8" || dashed.starts_with("utf-8-") {
        return Some(Decoding::Utf8);
    }
    // On the web, these mean windows-1252.
    if ["latin-1", "iso-8859-1", "iso-latin-1"]
        .iter()
        .any(|stem| dashed == *stem || dashed.starts_with(&format!("{stem}-")))
    {
        return Some(Decoding::Latin1);
    }
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    match plain.as_str() {
        "utf8" | "u8" | "utf" | "cp65001" | "utf8ucs2" | "utf8ucs4" => return Some(Decoding::Utf8),
        "latin" | "latin1" | "l1" | "8859" | "iso8859" | "iso88591" | "cp819" | "ibm819" | "isoir100"
        | "csisolatin1" => {
            return Some(Decoding::Latin1);
        }
        "ascii" | "usascii" | "646" | "us" | "ansix341968" | "ansix341986" | "csascii" | "cp367" | "ibm367"
        | "isoir6" | "iso646us" | "iso646irv1991" => return Some(Decoding::Ascii),
        "utf7" | "u7" | "unicode11utf7" | "csunicode11utf7" => return Some(Decoding::Utf7),
        "utf16" | "u16" | "utf16le" | "utf16be" | "unicodelittleunmarked" | "unicodebigunmarked" => {
            return Some(Decoding::Wide("UTF-16"));
        }
        "utf32" | "u32" | "utf32le" | "utf32be" => return Some(Decoding::Wide("UTF-32")),
        _ => {}
    }
    let standard = [label_of(&plain).as_str(), &name, &dashed]
        .into_iter()
        .find_map(|label| Encoding::for_label(label.as_bytes()));
    match standard {
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => Some(Decoding::Wide("UTF-16")),
        // What the web replaces rather than decode is not decoded here either.
        Some(encoding) if encoding != REPLACEMENT && is_page_of_windows(&plain) => Some(Decoding::Windows(encoding)),
        Some(encoding) if encoding != REPLACEMENT => Some(Decoding::Standard(encoding)),
        _ if extends_ascii(&plain) => Some(code_page(&plain).map_or(Decoding::AsciiPart, Decoding::CodePage)),
        _ => None,
    }
}

/// The number of the code page of DOS that Python has under this name, which is given without punctuation.
fn code_page(plain: &str) -> Option<u16> {
    let number = match plain {
        "cspc8codepage437" => 437,
        "cspc775baltic" => 775,
        "cspc850multilingual" => 850,
        "cspcp852" => 852,
        "cpis" => 861,
        "cspc862latinhebrew" => 862,
        "cpgr" => 869,
        _ => page_of(plain).parse().ok()?,
    };
    DECODING_TABLE_CP_MAP.contains_key(&number).then_some(number)
}

/// Whether a name, which is given without punctuation, is that of a code page of Windows with one byte for each character.
fn is_page_of_windows(plain: &str) -> bool {
    let number = ["windows", "cp"].iter().find_map(|prefix| plain.strip_prefix(prefix));
    let number = number.unwrap_or(plain);
    number == "874" || number.len() == 4 && number.starts_with("125")
}

/// What follows the prefixes of code pages in a name.
fn page_of(plain: &str) -> &str {
    ["csibm", "ibm", "cp"]
        .iter()
        .find_map(|prefix| plain.strip_prefix(prefix))
        .unwrap_or(plain)
}

/// The label that the WHATWG Encoding Standard has for Python's name of an encoding, which is given without punctuation.
fn label_of(plain: &str) -> String {
    let label = match plain {
        "cp932" | "932" | "ms932" | "mskanji" | "shiftjis" | "sjis" | "xmacjapanese" => "shift_jis",
        "cp936" | "936" | "ms936" | "euccn" | "eucgb2312cn" | "gb231280" | "gb23121980" | "xmacsimpchinese" => "gbk",
        "cp949" | "949" | "ms949" | "uhc" | "euckr" | "ksc5601" | "ksc56011987" | "ksx1001" | "xmackorean" => "euc-kr",
        "cp950" | "950" | "ms950" | "big5tw" | "big5hkscs" | "hkscs" | "xmactradchinese" => "big5",
        "gb180302000" => "gb18030",
        "eucjp" | "ujis" => "euc-jp",
        "iso2022jp" => "iso-2022-jp",
        "macroman" => "macintosh",
        "maccyrillic" => "x-mac-cyrillic",
        "cp874" | "thai" | "isoir166" | "tis620" | "tis6200" | "tis62025290" | "tis62025291" => "windows-874",
        "latin7" | "l7" => "iso-8859-13",
        "latin8" | "l8" | "isoceltic" | "isoir199" => "iso-8859-14",
        "latin9" | "l9" => "iso-8859-15",
        "latin10" | "l10" | "isoir226" => "iso-8859-16",
        "elot928" => "iso-8859-7",
        _ => "",
    };
    if !label.is_empty() {
        return label.to_owned();
    }
    if let Some(part) = plain.strip_prefix("iso8859") {
        // Perhaps with the year of the standard: `iso_8859_2_1987`.
        let part = part
            .get(..part.len().wrapping_sub(4))
            .filter(|part| !part.is_empty())
            .unwrap_or(part);
        return format!("iso-8859-{part}");
    }
    match plain.strip_prefix("cp").unwrap_or(plain).strip_prefix("125") {
        Some(page) => format!("windows-125{page}"),
        None => plain.to_owned(),
    }
}

/// Whether Python has an encoding of this name, given without punctuation, that extends ASCII and is not in the WHATWG
/// Encoding Standard.
fn extends_ascii(plain: &str) -> bool {
    const NAMES: [&str; 35] = [
        "charmap",
        "cpgr",
        "cpis",
        "cp866u",
        "cspc775baltic",
        "cspc850multilingual",
        "cspc862latinhebrew",
        "cspc8codepage437",
        "cspcp852",
        "csptcp154",
        "cyrillicasian",
        "eucjis2004",
        "eucjisx0213",
        "hproman8",
        "hz",
        "hzgb",
        "hzgb2312",
        "csiso2022kr",
        "jisx0213",
        "johab",
        "koi8t",
        "kz1048",
        "ms1361",
        "palmos",
        "pt154",
        "ptcp154",
        "r8",
        "rk1048",
        "rawunicodeescape",
        "roman8",
        "ruscii",
        "strk10482002",
        "unicodeescape",
        "idna",
        "iso2022kr",
    ];
    const PAGES: [&str; 25] = [
        "154", "437", "720", "737", "775", "850", "852", "855", "856", "857", "858", "860", "861", "862", "863", "864",
        "865", "866", "869", "1006", "1051", "1125", "1361", "65001", "367",
    ];
    const MACINTOSH: [&str; 10] = [
        "arabic",
        "centeuro",
        "centraleurope",
        "croatian",
        "farsi",
        "greek",
        "iceland",
        "latin2",
        "romanian",
        "turkish",
    ];
    NAMES.contains(&plain)
        || PAGES.contains(&page_of(plain))
        || plain
            .strip_prefix("mac")
            .is_some_and(|script| MACINTOSH.contains(&script))
        || plain
            .strip_prefix("iso2022jp")
            .is_some_and(|part| ["1", "2", "3", "2004", "ext"].contains(&part))
        || ["shiftjis", "sjis"]
            .iter()
            .find_map(|stem| plain.strip_prefix(stem))
            .is_some_and(|part| ["2004", "x0213"].contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{BIG5, EUC_KR, GBK, ISO_8859_2, ISO_8859_16, SHIFT_JIS, WINDOWS_874, WINDOWS_1252};

    #[test]
    fn names_are_those_of_python() {
        for (name, decoding) in [
            ("UTF_8", Decoding::Utf8),
            ("utf-8-sig", Decoding::Utf8),
            ("iso-8859-1-unix", Decoding::Latin1),
            ("L1", Decoding::Latin1),
            ("ANSI_X3.4-1968", Decoding::Ascii),
            ("cp1252", Decoding::Windows(WINDOWS_1252)),
            ("1252", Decoding::Windows(WINDOWS_1252)),
            ("windows_1252", Decoding::Windows(WINDOWS_1252)),
            ("iso_8859_2_1987", Decoding::Standard(ISO_8859_2)),
            ("latin2", Decoding::Standard(ISO_8859_2)),
            ("iso8859_16", Decoding::Standard(ISO_8859_16)),
            ("tis_620", Decoding::Standard(WINDOWS_874)),
            ("ms_kanji", Decoding::Standard(SHIFT_JIS)),
            ("euc_cn", Decoding::Standard(GBK)),
            ("ks_c_5601", Decoding::Standard(EUC_KR)),
            ("big5hkscs", Decoding::Standard(BIG5)),
            ("cp437", Decoding::CodePage(437)),
            ("csPC8CodePage437", Decoding::CodePage(437)),
            ("IBM_850", Decoding::CodePage(850)),
            ("csIBM855", Decoding::CodePage(855)),
            ("cp-is", Decoding::CodePage(861)),
            ("cp1125", Decoding::AsciiPart),
            ("mac_latin2", Decoding::AsciiPart),
            ("iso2022_jp_2", Decoding::AsciiPart),
            ("hz", Decoding::AsciiPart),
            ("utf-7", Decoding::Utf7),
            ("unicode_1_1_utf_7", Decoding::Utf7),
            ("UTF_32_BE", Decoding::Wide("UTF-32")),
            ("utf-16", Decoding::Wide("UTF-16")),
        ] {
            assert_eq!(decoding_of(name), Some(decoding), "{name}");
        }
        for name in ["klingon", "cp037", "rot13", "iso8859", "iso8859_99", "cp", "-"] {
            let expected = (name == "iso8859").then_some(Decoding::Latin1);
            assert_eq!(decoding_of(name), expected, "{name}");
        }
    }
}
