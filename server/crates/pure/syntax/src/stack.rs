//! Stack for what recurses as deep as a text nests.
//!
//! Threads need not have large stacks: whoever recurses asks for more here.

/// As long as so much is left, the stack does not grow. It must cover what a hundred levels need in an unoptimized build.
const RED_ZONE: usize = 256 << 10;

/// By how much the stack grows.
const SEGMENT: usize = 1 << 20;

/// What the parser needs for lambdas in default values of lambdas, and dropping a tree for blocks, in an unoptimized
/// build, if a text is as deep as any that is parsed. Only the pages that are touched cost memory.
const DEEP: usize = 128 << 20;

/// Calls `work`, on a larger stack if little is left of the present one. To be called at least for every hundredth level.
pub fn with_room<R>(work: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(RED_ZONE, SEGMENT, work)
}

/// Calls `work`, which does not ask for more stack, with enough for any text that is parsed.
pub(crate) fn with_all_room<R>(work: impl FnOnce() -> R) -> R {
    stacker::grow(DEEP, work)
}
