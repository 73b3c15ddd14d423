//! Printing results.
#![allow(missing_docs)]
pub mod table { pub use super::csv::write as w; use crate::engine::ResultSet; pub fn write(r:&ResultSet,_t:bool,o:&mut Vec<u8>)->std::io::Result<()>{ super::csv::write(r,o) } }
pub mod csv { use crate::engine::ResultSet; use std::io::Write; pub fn write(r:&ResultSet,o:&mut Vec<u8>)->std::io::Result<()>{ writeln!(o,"{}",r.columns.iter().map(|c|c.0.clone()).collect::<Vec<_>>().join(","))?; for row in &r.rows { writeln!(o,"{}",row.iter().zip(&r.columns).map(|(v,c)|crate::constant::format(v,&c.1)).collect::<Vec<_>>().join(","))?; } Ok(()) } }
pub mod json { pub use super::csv::write; }
pub mod parquet { pub use super::csv::write; }
pub fn visible(t:&str)->String{ t.escape_debug().to_string() }
