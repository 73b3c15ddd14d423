//! Gathers records into batches: so many rows, or so many bytes of source, whichever comes first.

use datafusion::arrow::array::ArrayRef;

use super::ReadError;
use super::needle::Needles;
use crate::engine::local::ColumnBuilder;
use crate::types::Type;

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
    needles: Option<&'a Needles>,
    rows: usize,
    bytes: usize,
    /// Records that were looked at and cannot match.
    passed: usize,
    emit: &'a mut Emit<'a>,
}

impl<'a> Rows<'a> {
    /// An empty batch of these columns.
    ///
    /// # Errors
    ///
    /// The engine cannot hold values of one of the types.
    pub fn new(types: &[Type], needles: Option<&'a Needles>, emit: &'a mut Emit<'a>) -> Result<Self, ReadError> {
        let builders = types.iter().map(|ty| ColumnBuilder::new(ty, 1024)).collect::<Result<_, _>>()?;
        Ok(Self { builders, needles, rows: 0, bytes: 0, passed: 0, emit })
    }

    /// Whether a record cannot match, so that it need not be decoded; it counts as looked at.
    pub fn passes_over(&mut self, record: &[u8]) -> bool {
        let passes = self.needles.is_some_and(|needles| !needles.may_match(record));
        self.passed += usize::from(passes);
        passes
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
