//! Tables: what they hold, how their files lie, which partitions there are.

pub mod clock;
mod ddl;
mod define;
mod error;
mod file;
mod file_error;
mod folder;
mod hive_text;
mod inventory;
mod layout;
mod pattern;
mod preset;
mod projection;
mod properties;
mod storage;
mod table;
mod template;
mod time_mapping;

pub use crate::types::nearest;
pub use ddl::{DdlError, add_partition_statements, create_statement};
pub use define::{DefineOptions, define};
pub use error::CatalogError;
pub use file::{LocalFile, read_file, typed_field};
pub use file_error::LocalFileError;
pub use hive_text::{hive_type, literal as hive_literal, table_name as hive_name};
pub use inventory::{Figure, Inventory, ListedFile, Measure, PartitionSize, Size, TableInventory, Tier, Uncovered};
pub use pattern::{Fields, Pattern};
pub use preset::REGIONS;
pub use projection::{DateSteps, MOST_VALUES};
pub use table::*;
pub use template::{TemplateError, escape_folder, unescape_folder, with_slash};
