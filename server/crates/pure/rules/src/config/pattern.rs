//! Patterns with the syntax of `.gitignore`: their translation for the `ignore` crate, and their limits.

use ignore::gitignore::GitignoreBuilder;

/// The limit for the cost of the patterns of one list, or of the ignore files that apply to one directory; see
/// [`pattern_cost`]. At this limit, compiling takes a few dozen megabytes and a tenth of a second.
pub const MOST_PATTERN_COST: usize = 512 << 10;

/// The limit for the cost of all lists of patterns that one scan compiles, and of all ignore files: a few seconds and some
/// hundred megabytes. Lists with the same text are compiled once and count once.
pub const MOST_PATTERN_COST_OF_SCAN: usize = 32 * MOST_PATTERN_COST;

/// The longest pattern, in bytes: as long as the longest path on Linux.
pub const LONGEST_PATTERN: usize = 4096;

/// Parses a pattern with the syntax of `.gitignore`.
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

/// The cost of compiling a pattern, in bytes of literal text. A pattern with a wildcard becomes a regular expression, which
/// costs several times as much.
pub fn pattern_cost(pattern: &str) -> usize {
    const OF_EACH: usize = 8;
    const OF_WILDCARDS: usize = 8;
    let has_wildcards = pattern.contains(['*', '?', '[', '\\']);
    (pattern.len() + OF_EACH) * if has_wildcards { OF_WILDCARDS } else { 1 }
}

/// A pattern as the `ignore` crate reads it. Unlike git and the reference, this crate reads braces as alternatives.
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

/// The length in bytes of the character class that an opening bracket begins, including the closing one; 0 if it begins
/// none.
pub(super) fn class_length(after_bracket: &str) -> usize {
    let members = after_bracket.strip_prefix(['!', '^']).unwrap_or(after_bracket);
    // A closing bracket at the start is a member.
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
