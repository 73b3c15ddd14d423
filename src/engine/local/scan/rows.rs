//! Gathers records into batches: so many rows, or so many bytes of source, whichever comes first.

use datafusion::arrow::array::ArrayRef;

use super::ReadError;
use super::needle::Needles;
use crate::engine::local::ColumnBuilder;

/// Rows of a batch.
pub const BATCH_ROWS: usize = 8192;

/// Source bytes after which a batch ends early, so that memory stays bounded and no array's offsets
/// overflow.
const BATCH_BYTES: usize = 8 * 1024 * 1024;

/// Takes each batch: the columns, and how many rows they have.
pub type Emit<'a> = dyn FnMut(Vec<ArrayRef>, usize) -> Result<(), ReadError> + 'a;

/// The batch in the making.
pub struct Rows<'a> {
    /// A builder for each column wanted.
    pub builders: Vec<ColumnBuilder>,
    /// Texts one of which a record must hold to match, if the predicates demand some.
    pub needles: Option<&'a Needles>,
    rows: usize,
    bytes: usize,
    /// Records that were looked at and cannot match.
    passed: usize,
    emit: &'a mut Emit<'a>,
}

impl<'a> Rows<'a> {
    /// An empty batch of these columns.
    pub fn new(builders: Vec<ColumnBuilder>, needles: Option<&'a Needles>, emit: &'a mut Emit<'a>) -> Self {
        Self { builders, needles, rows: 0, bytes: 0, passed: 0, emit }
    }

    /// Passes over a record that cannot match, so that it need not be decoded; it counts as looked at.
    pub fn pass_over(&mut self) {
        self.passed += 1;
    }

    /// How many records were passed over.
    pub fn passed(&self) -> usize {
        self.passed
    }

    /// Ends a record, all of whose columns were appended, made from so many bytes of source.
    ///
    /// # Errors
    ///
    /// Whatever takes the batches wants no more.
    pub fn end_row(&mut self, bytes: usize) -> Result<(), ReadError> {
        self.rows += 1;
        self.bytes += bytes;
        if self.rows >= BATCH_ROWS || self.bytes >= BATCH_BYTES { self.flush() } else { Ok(()) }
    }

    /// Hands on what was gathered.
    ///
    /// # Errors
    ///
    /// Whatever takes the batches wants no more.
    pub fn flush(&mut self) -> Result<(), ReadError> {
        let (rows, _) = (std::mem::take(&mut self.rows), std::mem::take(&mut self.bytes));
        if rows == 0 {
            return Ok(());
        }
        (self.emit)(self.builders.iter_mut().map(ColumnBuilder::finish).collect(), rows)
    }
}
