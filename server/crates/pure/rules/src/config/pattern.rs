//! Patterns as in a `.gitignore`: how the `ignore` crate is to read them, and how many of them are too many.

use ignore::gitignore::GitignoreBuilder;

/// What the patterns of one list, or of the ignore files that hold for one directory, may cost in all; see
/// [`pattern_cost`]. They take a few dozen megabytes at most, and a tenth of a second.
pub const MOST_PATTERN_COST: usize = 512 << 10;

/// What all lists of patterns that a scan compiles may cost, and all ignore files: a few seconds, and some hundred megabytes. Lists
/// with the same text count once, as they are compiled once.
pub const MOST_PATTERN_COST_OF_SCAN: usize = 32 * MOST_PATTERN_COST;

/// How long a pattern may be, in bytes: as long as a path may be on Linux.
pub const LONGEST_PATTERN: usize = 4096;

/// Reads a pattern as in a `.gitignore`.
///
/// # Errors
///
/// What is wrong with it.
pub fn parse_pattern(text: &str) -> Result<String, ignore::Error> {
    if text.len() > LONGEST_PATTERN {
        let message = format!("longer than {LONGEST_PATTERN} bytes");
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, message).into());
    }
    GitignoreBuilder::new("").add_line(None, &gitignore_line(text))?;
    Ok(text.to_owned())
}

/// What a pattern costs to compile, in bytes of text that is compared as it is: one with a wildcard becomes a part of a
/// regular expression, which takes several times as much.
pub fn pattern_cost(pattern: &str) -> usize {
    const OF_EACH: usize = 8;
    const OF_WILDCARDS: usize = 8;
    let has_wildcards = pattern.contains(['*', '?', '[', '\\']);
    (pattern.len() + OF_EACH) * if has_wildcards { OF_WILDCARDS } else { 1 }
}

/// A pattern as the `ignore` crate reads it. To that, unlike to git and to the reference, braces hold alternatives.
pub fn gitignore_line(pattern: &str) -> String {
    let mut line = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            '[' => 1 + class_length(&rest[1..]),
            _ => first.len_utf8(),
        };
        if matches!(first, '{' | '}') {
            line.push('\\');
        }
        line.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    line
}

/// How long the class of characters is that an opening bracket begins, the closing one included, in bytes; 0 if there is no
/// such class.
pub(super) fn class_length(after_bracket: &str) -> usize {
    let members = after_bracket.strip_prefix(['!', '^']).unwrap_or(after_bracket);
    // A closing bracket that comes first is a member.
    let start = after_bracket.len() - members.len() + usize::from(members.starts_with(']'));
    after_bracket[start..].find(']').map_or(0, |end| start + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_in_patterns_mean_nothing() {
        for (pattern, expected) in [
            ("{a,b}/*.py", r"\{a,b\}/*.py"),
            ("{", r"\{"),
            (r"\{a\}\\{", r"\{a\}\\\{"),
            ("[{}]{", r"[{}]\{"),
            ("[]{][!]{][^{]{", r"[]{][!]{][^{]\{"),
            ("[{", r"[\{"),
            ("é\\", "é\\"),
        ] {
            assert_eq!(gitignore_line(pattern), expected);
        }
        assert!(parse_pattern("{a").is_ok());
    }

    #[test]
    fn no_pattern_is_longer_than_a_path() {
        assert!(parse_pattern(&"a".repeat(LONGEST_PATTERN)).is_ok());
        let error = parse_pattern(&"a".repeat(LONGEST_PATTERN + 1)).unwrap_err();
        assert_eq!(error.to_string(), "longer than 4096 bytes");
    }
}
