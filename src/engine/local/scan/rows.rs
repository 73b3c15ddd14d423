//! Gathers records into batches: so many rows, or so many bytes of source, whichever comes first.

use datafusion::arrow::array::ArrayRef;

use super::ReadError;
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
    rows: usize,
    bytes: usize,
    emit: &'a mut Emit<'a>,
}

impl<'a> Rows<'a> {
    /// An empty batch of these columns.
    ///
    /// # Errors
    ///
    /// The engine cannot hold values of one of the types.
    pub fn new(types: &[Type], emit: &'a mut Emit<'a>) -> Result<Self, ReadError> {
        let builders = types.iter().map(|ty| ColumnBuilder::new(ty, 1024)).collect::<Result<_, _>>()?;
        Ok(Self { builders, rows: 0, bytes: 0, emit })
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
