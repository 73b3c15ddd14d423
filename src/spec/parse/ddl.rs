//! Hive's statements as Athena documents them: CREATE EXTERNAL TABLE and ALTER TABLE … ADD PARTITION
//! (<https://docs.aws.amazon.com/athena/latest/ug/language-reference.html>), and athplan's `USING` forms.

use super::cursor::{Parsed, Parser};
use crate::source::{Symbol, TokenKind};
use crate::spec::ParseError;
use crate::spec::ast::{
    AddPartitions, CreateExternalTable, PartitionClause, Property, RowFormat, StoredAs, Text, Using,
};
use crate::types::nearest;

/// The file formats that STORED AS names.
const FORMATS: [&str; 7] = ["AVRO", "ION", "ORC", "PARQUET", "RCFILE", "SEQUENCEFILE", "TEXTFILE"];

impl Parser<'_> {
    /// What stands behind `CREATE EXTERNAL`.
    pub(super) fn create_external_table(&mut self) -> Parsed<CreateExternalTable> {
        self.expect("table")?;
        let if_not_exists = self.eat_all(&["if", "not", "exists"]);
        let name = self.object_name()?;
        let using = if !self.eat("using") {
            Using::Columns
        } else if self.eat("table") {
            Using::Table(self.object_name()?)
        } else {
            Using::Preset(self.ident_for("a preset's name or TABLE")?)
        };
        let mut table = CreateExternalTable {
            if_not_exists,
            name,
            using,
            columns: Vec::new(),
            comment: None,
            partitioned_by: Vec::new(),
            row_format: None,
            serde_properties: Vec::new(),
            stored_as: None,
            location: None,
            properties: Vec::new(),
        };
        if table.using == Using::Columns {
            table.columns = self.parenthesised_list(Self::column_definition)?;
        }
        let mut seen = Vec::new();
        while !self.at_end() {
            self.table_clause(&mut table, &mut seen)?;
        }
        Ok(table)
    }

    /// One clause behind the columns. Athena documents an order; any is taken, each clause once.
    fn table_clause(&mut self, table: &mut CreateExternalTable, seen: &mut Vec<&'static str>) -> Parsed<()> {
        let clauses = [
            "COMMENT",
            "PARTITIONED BY",
            "ROW FORMAT",
            "WITH SERDEPROPERTIES",
            "STORED AS",
            "LOCATION",
            "TBLPROPERTIES",
        ];
        let start = self.span();
        let clause = clauses.into_iter().find(|clause| self.eat_clause(clause));
        let Some(clause) = clause else {
            return self.no_table_clause(table);
        };
        let allowed = match table.using {
            Using::Columns => &clauses[..],
            Using::Preset(_) => &["LOCATION", "TBLPROPERTIES"],
            Using::Table(_) => &["TBLPROPERTIES"],
        };
        if !allowed.contains(&clause) {
            let help = format!("with USING only {} may follow", allowed.join(" and "));
            return self.refused(&format!("{clause} with USING"), self.since(start), &help);
        }
        if seen.contains(&clause) {
            return Err(Box::new(ParseError::ClauseTwice { clause, span: self.since(start) }));
        }
        seen.push(clause);
        match clause {
            "COMMENT" => table.comment = Some(self.string_for("the comment in quotes")?),
            "PARTITIONED BY" => table.partitioned_by = self.parenthesised_list(Self::column_definition)?,
            "ROW FORMAT" => table.row_format = Some(self.row_format()?),
            "WITH SERDEPROPERTIES" => table.serde_properties = self.hive_properties()?,
            "STORED AS" => table.stored_as = Some(self.stored_as()?),
            "LOCATION" => table.location = Some(self.string_for("the location in quotes")?),
            _ => table.properties = self.hive_properties()?,
        }
        Ok(())
    }

    fn no_table_clause(&self, table: &CreateExternalTable) -> Parsed<()> {
        if self.is("clustered") {
            return self.refused("CLUSTERED BY", self.span(), "athplan derives nothing from buckets; leave it out");
        }
        if self.is("skewed") {
            return self.refused("SKEWED BY", self.span(), "leave it out");
        }
        if self.are(&["stored", "by"]) {
            return self.refused("STORED BY", self.span(), "use STORED AS with a file format");
        }
        if self.is_symbol(Symbol::LeftParen) && matches!(table.using, Using::Preset(_)) {
            return self.refused("a column list with a preset", self.span(), "the preset has the columns");
        }
        if self.is("as") {
            return self.refused("CREATE EXTERNAL TABLE AS", self.span(), "write CREATE TABLE … AS");
        }
        let expected = match table.using {
            Using::Columns => {
                "PARTITIONED BY, ROW FORMAT, STORED AS, LOCATION, TBLPROPERTIES or the end of the statement"
            }
            Using::Preset(_) => "LOCATION, TBLPROPERTIES or the end of the statement",
            Using::Table(_) => "TBLPROPERTIES or the end of the statement",
        };
        Err(self.unexpected_with(expected, self.missing_semicolon()))
    }

    /// Takes the words of a clause, all or none.
    fn eat_clause(&mut self, clause: &str) -> bool {
        let words: Vec<&str> = clause.split(' ').collect();
        self.eat_all(&words)
    }

    fn row_format(&mut self) -> Parsed<RowFormat> {
        if self.eat("serde") {
            return self.string_for("the SerDe's class in quotes").map(RowFormat::Serde);
        }
        self.expect("delimited").map_err(|_| self.unexpected("SERDE or DELIMITED"))?;
        let clauses = [
            ("fields", "FIELDS TERMINATED BY"),
            ("escaped", "ESCAPED BY"),
            ("collection items", "COLLECTION ITEMS TERMINATED BY"),
            ("map keys", "MAP KEYS TERMINATED BY"),
            ("lines", "LINES TERMINATED BY"),
            ("null defined as", "NULL DEFINED AS"),
        ];
        let mut delimiters: Vec<(String, Text)> = Vec::new();
        loop {
            let start = self.span();
            let Some((name, clause)) = clauses.into_iter().find(|(_, clause)| self.eat_clause(clause)) else {
                break;
            };
            if delimiters.iter().any(|(seen, _)| seen == name) {
                return Err(Box::new(ParseError::ClauseTwice { clause, span: self.since(start) }));
            }
            delimiters.push((name.to_owned(), self.string_for("the delimiter in quotes")?));
        }
        Ok(RowFormat::Delimited(delimiters))
    }

    fn stored_as(&mut self) -> Parsed<StoredAs> {
        if self.eat("inputformat") {
            let input = self.string_for("the input format's class in quotes")?;
            self.expect("outputformat")?;
            return Ok(StoredAs::Classes(input, self.string_for("the output format's class in quotes")?));
        }
        if let Some(format) = FORMATS.into_iter().find(|format| self.eat(format)) {
            return Ok(StoredAs::Format(format.to_owned()));
        }
        let word = self.peek(0).map_or("", |token| self.text(token));
        let help = nearest(word, FORMATS).map(|format| format!("did you mean {format}?"));
        Err(self.unexpected_with(format!("INPUTFORMAT or one of {}", FORMATS.join(", ")), help))
    }

    /// `('key' = 'value', …)`.
    fn hive_properties(&mut self) -> Parsed<Vec<Property>> {
        self.parenthesised_list(|parser| {
            let key = parser.string_for("a property's name in quotes")?;
            parser.expect_symbol(Symbol::Equal, "=")?;
            Ok(Property { key, value: parser.string_for("the property's value in quotes")? })
        })
    }

    /// What stands behind `ALTER`.
    pub(super) fn add_partitions(&mut self) -> Parsed<AddPartitions> {
        self.expect("table")?;
        let table = self.object_name()?;
        if !self.eat("add") {
            let help = "of ALTER TABLE a spec has ADD [IF NOT EXISTS] PARTITION (key = 'value') [LOCATION '…']";
            return Err(self.unexpected_with("ADD", Some(help.to_owned())));
        }
        let if_not_exists = self.eat_all(&["if", "not", "exists"]);
        let mut partitions = Vec::new();
        while self.eat("partition") {
            let values = self.parenthesised_list(|parser| {
                let key = parser.ident_for("a partition key")?;
                parser.expect_symbol(Symbol::Equal, "=")?;
                Ok((key, parser.partition_value()?))
            })?;
            let location = if self.eat("location") { Some(self.string_for("the location in quotes")?) } else { None };
            partitions.push(PartitionClause { values, location });
        }
        if partitions.is_empty() {
            return Err(self.unexpected("PARTITION"));
        }
        Ok(AddPartitions { table, if_not_exists, partitions })
    }

    /// A partition's value: a string, or a number as written.
    fn partition_value(&mut self) -> Parsed<Text> {
        let start = self.span();
        let negative = self.is_symbol(Symbol::Minus);
        let number_at = self.index() + usize::from(negative);
        if self.token(number_at).is_some_and(|token| token.kind == TokenKind::Number) {
            if negative {
                self.advance();
            }
            self.advance();
            let span = self.since(start);
            return Ok(Text { value: self.source.slice(span).to_owned(), span });
        }
        self.string_for("the key's value, a string or a number")
    }
}
