//! Choices: the numbers that everything generated is made of.
//!
//! proptest draws and shrinks plain lists of numbers; a generator takes its choices from such a list
//! one by one. A list that has ended chooses the first option for ever, so the first is the simplest.

/// A list of choices with a position.
#[derive(Debug)]
pub struct Choices<'a> {
    list: &'a [u32],
    at: usize,
}

impl<'a> Choices<'a> {
    /// Choices from a list.
    pub fn new(list: &'a [u32]) -> Self {
        Self { list, at: 0 }
    }

    /// A number below `count`; zero if the list has ended.
    pub fn below(&mut self, count: usize) -> usize {
        let drawn = self.list.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::try_from(drawn).unwrap_or_default() % count.max(1)
    }

    /// True once in so many times; false if the list has ended.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }

    /// One of some options.
    pub fn one<T: Clone>(&mut self, options: &[T]) -> T {
        options[self.below(options.len())].clone()
    }

    /// A number from a range, ends included.
    pub fn range(&mut self, low: i64, high: i64) -> i64 {
        let width = usize::try_from(high - low + 1).expect("a range has a width");
        low + i64::try_from(self.below(width)).expect("it is below the width")
    }
}
