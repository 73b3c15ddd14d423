//! The kinds of statements, as Athena types them, and where each kind's result goes.
//!
//! Types, substatements and suffixes as measured on Athena in September 2026; those of UNLOAD are not
//! measured and follow INSERT's.

/// A kind of statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Kind {
    Select,
    Explain,
    Insert,
    Unload,
    CreateTableAs,
    CreateTable,
    DropTable,
    CreateView,
    DropView,
    CreateDatabase,
    DropDatabase,
    AddPartition,
    DropPartition,
    AddColumns,
    ReplaceColumns,
    DropColumn,
    ChangeColumn,
    SetProperties,
    SetLocation,
    Rename,
    Repair,
    ShowPartitions,
    ShowTables,
    ShowDatabases,
    ShowColumns,
    ShowProperties,
    ShowCreateTable,
    ShowViews,
    Describe,
}

impl Kind {
    /// `StatementType`.
    pub fn statement_type(self) -> &'static str {
        match self {
            Self::Select | Self::Explain | Self::Insert | Self::Unload => "DML",
            Self::ShowPartitions
            | Self::ShowTables
            | Self::ShowDatabases
            | Self::ShowColumns
            | Self::ShowProperties
            | Self::ShowCreateTable
            | Self::ShowViews
            | Self::Describe => "UTILITY",
            _ => "DDL",
        }
    }

    /// `SubstatementType`.
    pub fn substatement(self) -> &'static str {
        match self {
            Self::Select => "SELECT",
            Self::Explain => "EXPLAIN",
            Self::Insert => "INSERT",
            Self::Unload => "UNLOAD",
            Self::CreateTableAs => "CREATE_TABLE_AS_SELECT",
            Self::CreateTable => "CREATE_TABLE",
            Self::DropTable => "DROP_TABLE",
            Self::CreateView => "CREATE_VIEW",
            Self::DropView => "DROP_VIEW",
            Self::CreateDatabase => "CREATE_DATABASE",
            Self::DropDatabase => "DROP_DATABASE",
            Self::AddPartition => "ALTER_TABLE_ADD_PARTITION",
            Self::DropPartition => "ALTER_TABLE_DROP_PARTITION",
            Self::AddColumns => "ALTER_TABLE_ADD_COLUMN",
            Self::ReplaceColumns => "ALTER_TABLE_REPLACE_COLUMN",
            Self::DropColumn => "ALTER_TABLE_DROP_COLUMN",
            Self::ChangeColumn => "ALTER_TABLE_CHANGE_COLUMN",
            Self::SetProperties => "ALTER_TABLE_PROPERTIES",
            Self::SetLocation => "ALTER_TABLE_SET_LOCATION",
            Self::Rename => "ALTER_TABLE_RENAME",
            Self::Repair => "MSCK_REPAIR",
            Self::ShowPartitions => "SHOW_PARTITIONS",
            Self::ShowTables => "SHOW_TABLES",
            Self::ShowDatabases => "SHOW_DATABASES",
            Self::ShowColumns => "SHOW_COLUMNS",
            Self::ShowProperties => "SHOW_TABLE_PROPERTIES",
            Self::ShowCreateTable => "SHOW_CREATE_TABLE",
            Self::ShowViews => "SHOW_VIEWS",
            Self::Describe => "DESCRIBE_TABLE",
        }
    }

    /// The key of a statement's result below its output prefix.
    pub fn result_key(self, id: &str) -> String {
        match self {
            Self::Select => format!("{id}.csv"),
            Self::Insert | Self::Unload => id.to_owned(),
            Self::CreateTableAs => format!("tables/{id}"),
            _ => format!("{id}.txt"),
        }
    }

    /// Whether Trino runs it; Hive runs the others, whose failures leave their reason as a result file.
    pub fn is_query(self) -> bool {
        matches!(self, Self::Select | Self::Explain | Self::Insert | Self::Unload | Self::CreateTableAs)
    }

    /// Whether it counts toward the quota of DML statements, as the documentation has it: CTAS too.
    pub fn takes_dml_slot(self) -> bool {
        self.is_query()
    }
}
