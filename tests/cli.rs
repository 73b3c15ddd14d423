//! The command line as a user sees it: command, exit code, standard output and standard error as transcripts.
#![cfg(feature = "local")]
