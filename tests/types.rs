//! The typing rules, held to what a Trino 476 said (`tests/data/trino`).

use athplan::types::{
    Argument, Dialect, FunctionKind, Resolution, ResolveError, Type, can_cast, can_coerce, common_super_type,
    common_super_type_of, function_names, is_comparable, is_orderable, parse_type, resolve, resolve_operator,
};
use proptest::prelude::*;

const COERCIONS: &str = include_str!("data/trino/coercions.tsv");
const FUNCTIONS: &str = include_str!("data/trino/functions.tsv");

fn rows<const N: usize>(text: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split('\t').collect::<Vec<_>>().try_into().expect("every row has all columns"))
}

fn ty(text: &str) -> Type {
    parse_type(text).unwrap_or_else(|| panic!("`{text}` is a type"))
}

/// The outcome as the recorded answers write it: the type, or `-` and the error's name.
fn outcome(called: &str, result: Result<Resolution, ResolveError>) -> Result<Type, String> {
    result.map(|resolution| resolution.result).map_err(|error| format!("-{}", error.trino_name(called)))
}

fn recorded(text: &str) -> Result<Type, String> {
    if text.starts_with('-') { Err(text.to_owned()) } else { Ok(ty(text)) }
}

/// Calls a function with values only; lambdas have tests of their own.
fn call(name: &str, arguments: &[&str]) -> Result<Resolution, ResolveError> {
    let mut arguments = arguments.iter().map(|argument| Argument::Type(ty(argument))).collect::<Vec<_>>();
    resolve(name, &mut arguments, Dialect::Trino)
}

#[test]
fn every_recorded_pair_of_types_meets_as_in_trino() {
    let mut disagreements = Vec::new();
    for [left, right, coalesce, equal, plus, concat, cast] in rows(COERCIONS) {
        let (a, b) = (ty(left), ty(right));
        let mut check = |what: &str, ours: Result<Type, String>, theirs: &str| {
            if ours != recorded(theirs) {
                disagreements.push(format!("{left} {what} {right}: {ours:?}, but Trino says {theirs}"));
            }
        };
        check("coalesce", common_super_type(&a, &b).ok_or_else(|| "-TYPE_MISMATCH".to_owned()), coalesce);
        for (sign, theirs) in [("=", equal), ("+", plus), ("||", concat)] {
            check(sign, outcome(sign, resolve_operator(sign, &[a.clone(), b.clone()])), theirs);
        }
        // A cast to unknown cannot be written, so there is no answer for it.
        if cast != "-" {
            let ours = can_cast(&a, &b).then_some(b).ok_or_else(|| "-TYPE_MISMATCH".to_owned());
            check("cast", ours, cast);
        }
    }
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n"));
}

/// A declared type with its holes filled by name; the same name gives the same filling. `None` if
/// a number in it is computed: it stands in no argument.
fn filled(declared: &str, arguments: &str) -> Option<String> {
    let mut text = String::new();
    for word in split_words(declared) {
        let computed = matches!(word, "u" | "n" | "rp" | "rs" | "y" | "z" | "r_precision" | "r_scale")
            && !declared.starts_with("row");
        if computed && !split_words(arguments).any(|other| other == word) {
            return None;
        }
        text.push_str(match word {
            "t" | "T" | "e" | "E" | "T1" => "bigint",
            "k" | "K" | "K1" => "varchar",
            "v" | "V" | "V1" | "T2" => "date",
            "U" | "K2" | "T3" => "uuid",
            "S" | "V2" | "T4" => "double",
            "R" | "V3" | "T5" => "boolean",
            // One row's fields have these names.
            "x" | "y" if declared.starts_with("row") => word,
            "x" => "7",
            "y" => "5",
            "z" => "3",
            "p" => "9",
            "s" => "2",
            "a_precision" | "b_precision" => "8",
            "a_scale" | "b_scale" => "4",
            word => word,
        });
    }
    // Only numbers have quantile digests.
    Some(text.replace("qdigest(date)", "qdigest(bigint)"))
}

fn split_words(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(|c: char| !(c.is_alphanumeric() || c == '_')).flat_map(|piece| {
        let end = piece.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(piece.len());
        [&piece[..end], &piece[end..]]
    })
}

fn argument_types(declared: &str) -> Vec<Type> {
    match parse_type(&format!("function({declared}{}boolean)", if declared.is_empty() { "" } else { ", " })) {
        Some(Type::Function(arguments, _)) => arguments.to_vec(),
        _ => panic!("`{declared}` is a list of types"),
    }
}

#[test]
fn every_recorded_signature_resolves_to_itself() {
    let mut disagreements = Vec::new();
    for [name, result, declared, kind, deterministic] in rows(FUNCTIONS) {
        if kind == "table" {
            // Table functions stand in FROM; no expression calls them.
            continue;
        }
        let types = argument_types(&filled(declared, declared).expect("no argument's number is computed"));
        let mut bodies = types
            .iter()
            .map(|ty| {
                let ty = ty.clone();
                move |parameters: &[Type]| match &ty {
                    Type::Function(expected, result) if **expected == *parameters => Some((**result).clone()),
                    _ => None,
                }
            })
            .collect::<Vec<_>>();
        let mut arguments = types
            .iter()
            .zip(&mut bodies)
            .map(|(ty, body)| match ty {
                Type::Function(parameters, _) => Argument::Lambda { parameters: parameters.len(), result: body },
                _ => Argument::Type(ty.clone()),
            })
            .collect::<Vec<_>>();
        if declared == "array(E)" || (name, declared) == ("map_concat", "map(K,V)") || name == "concat" {
            // These take two or more.
            if arguments.len() == 1 {
                arguments.push(Argument::Type(types[0].clone()));
            }
        }
        let ours = resolve(name, &mut arguments, Dialect::Trino);
        let kind = match kind {
            "scalar" => FunctionKind::Scalar,
            "aggregate" => FunctionKind::Aggregate,
            _ => FunctionKind::Window,
        };
        let agrees = match &ours {
            Ok(ours) => {
                ours.kind == kind
                    && ours.deterministic == (deterministic == "True")
                    && ours.arguments[..types.len()] == types
                    && filled(result, declared).is_none_or(|result| ty(&result) == ours.result)
            }
            Err(_) => false,
        };
        if !agrees {
            disagreements.push(format!("{name}({declared}) -> {result}: {ours:?}"));
        }
    }
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n"));
}

#[test]
fn the_signatures_in_use_are_those_recorded() {
    assert!(include_str!("../src/types/signatures.tsv") == FUNCTIONS, "src/types/signatures.tsv is a copy");
}

/// Calls with their result's type or error, each from the recorded answers or coercions.
#[test]
fn calls_have_the_recorded_types() {
    let cases: &[(&str, &[&str], &str)] = &[
        ("json_extract_scalar", &["varchar(68)", "varchar(3)"], "varchar(68)"),
        ("json_extract_scalar", &["varchar", "varchar(3)"], "varchar"),
        ("JSON_Extract", &["varchar(68)", "varchar(3)"], "json"),
        ("regexp_like", &["varchar(4)", "varchar(1)"], "boolean"),
        ("regexp_extract", &["varchar(5)", "varchar(1)", "integer"], "varchar(5)"),
        ("regexp_replace", &["varchar(7)", "varchar(9)", "varchar(2)"], "varchar(63)"),
        ("regexp_replace", &["varchar(8)", "varchar(5)", "varchar(1)"], "varchar(44)"),
        ("regexp_replace", &["varchar(1)", "varchar(9)", "varchar(2)"], "varchar(5)"),
        ("regexp_replace", &["varchar", "varchar(1)", "varchar(1)"], "varchar"),
        ("split", &["varchar(37)", "varchar(1)"], "array(varchar(37))"),
        ("concat", &["varchar(3)", "varchar(5)"], "varchar"),
        ("concat", &["char(3)", "char(5)"], "char(8)"),
        ("concat", &["varchar(3)"], "-FUNCTION_NOT_FOUND"),
        ("concat_ws", &["varchar(1)", "varchar", "varchar(37)", "varchar(1)"], "varchar"),
        ("format", &["varchar(2)", "integer", "date"], "varchar"),
        ("format", &["integer", "integer"], "-TYPE_MISMATCH"),
        ("replace", &["varchar(7)", "varchar(1)", "varchar(1)"], "varchar(15)"),
        ("replace", &["varchar", "varchar(1)", "varchar(1)"], "varchar"),
        ("url_encode", &["varchar(37)"], "varchar(444)"),
        ("codepoint", &["varchar(1)"], "integer"),
        ("codepoint", &["varchar(0)"], "integer"),
        ("codepoint", &["varchar(5)"], "-FUNCTION_NOT_FOUND"),
        ("upper", &["unknown"], "varchar(0)"),
        ("to_iso8601", &["date"], "varchar(16)"),
        ("to_iso8601", &["timestamp(0)"], "varchar(22)"),
        ("to_iso8601", &["timestamp(3)"], "varchar(26)"),
        ("to_iso8601", &["timestamp(0) with time zone"], "varchar(28)"),
        ("date_format", &["date", "varchar(2)"], "varchar"),
        ("date_trunc", &["varchar(4)", "timestamp(6)"], "timestamp(6)"),
        ("date_add", &["varchar(4)", "integer", "date"], "date"),
        ("date_diff", &["varchar(4)", "date", "timestamp(3)"], "bigint"),
        ("date_diff", &["varchar(4)", "timestamp(0)", "timestamp(0) with time zone"], "bigint"),
        ("from_unixtime", &["integer"], "timestamp(3) with time zone"),
        ("round", &["decimal(4,2)"], "decimal(3,0)"),
        ("round", &["decimal(3,3)", "integer"], "decimal(4,3)"),
        ("round", &["integer", "integer"], "integer"),
        ("ceil", &["decimal(2,1)"], "decimal(2,0)"),
        ("ceil", &["decimal(3,3)"], "decimal(1,0)"),
        ("floor", &["decimal(18,9)"], "decimal(10,0)"),
        ("truncate", &["decimal(4,2)"], "decimal(2,0)"),
        ("truncate", &["integer"], "decimal(10,0)"),
        ("truncate", &["bigint"], "decimal(19,0)"),
        ("mod", &["decimal(3,3)", "integer"], "decimal(3,3)"),
        ("sum", &["integer"], "bigint"),
        ("sum", &["decimal(5,2)"], "decimal(38,2)"),
        ("avg", &["integer"], "double"),
        ("count", &[], "bigint"),
        ("count", &["map(varchar,json)"], "bigint"),
        ("max", &["json"], "-FUNCTION_NOT_FOUND"),
        ("max_by", &["json", "timestamp(3)"], "json"),
        ("greatest", &["integer", "decimal(4,2)"], "decimal(12,2)"),
        ("greatest", &["decimal(18,9)", "real"], "real"),
        ("least", &["double", "bigint", "unknown"], "double"),
        ("element_at", &["map(varchar(1),integer)", "varchar(2)"], "integer"),
        ("element_at", &["array(json)", "integer"], "json"),
        ("contains", &["array(integer)", "bigint"], "boolean"),
        ("contains", &["varchar(3)", "ipaddress"], "boolean"),
        ("contains", &["array(integer)", "varchar(1)"], "-FUNCTION_NOT_FOUND"),
        ("array_sort", &["array(json)"], "-FUNCTION_NOT_FOUND"),
        ("array_join", &["array(integer)", "varchar(1)"], "varchar"),
        ("array_join", &["array(map(varchar,integer))", "varchar(1)"], "-FUNCTION_NOT_FOUND"),
        ("map_concat", &["map(varchar(1),unknown)", "map(varchar(1),integer)"], "map(varchar(1),integer)"),
        ("map", &[], "map(unknown,unknown)"),
        ("map", &["array(varchar(1))", "array(integer)"], "map(varchar(1),integer)"),
        ("map_from_entries", &["array(row(varchar(1),integer))"], "map(varchar(1),integer)"),
        ("map_from_entries", &["array(row(k varchar(1),v integer))"], "map(varchar(1),integer)"),
        ("zip", &["array(integer)", "array(varchar(1))"], "array(row(integer,varchar(1)))"),
        ("typeof", &["unknown"], "varchar"),
        ("now", &[], "timestamp(3) with time zone"),
        ("listagg", &["varchar(3)", "varchar(1)"], "varchar"),
        ("row_number", &[], "bigint"),
        ("lag", &["varchar(3)", "integer", "varchar(5)"], "varchar(5)"),
        ("merge", &["qdigest(double)"], "qdigest(double)"),
        ("merge", &["varchar"], "-FUNCTION_NOT_FOUND"),
        ("bool_or", &["integer"], "-FUNCTION_NOT_FOUND"),
        ("array_first", &["array(integer)"], "-FUNCTION_NOT_FOUND"),
    ];
    for (name, arguments, theirs) in cases {
        assert_eq!(outcome(name, call(name, arguments)), recorded(theirs), "{name}{arguments:?}");
    }
}

#[test]
fn operators_have_the_recorded_types() {
    let cases: &[(&str, &[&str], &str)] = &[
        ("*", &["decimal(2,1)", "decimal(3,3)"], "decimal(5,4)"),
        ("*", &["decimal(18,9)", "decimal(18,9)"], "decimal(36,18)"),
        ("*", &["decimal(38,20)", "decimal(38,20)"], "-TYPE_NOT_FOUND"),
        ("*", &["bigint", "decimal(2,1)"], "decimal(21,1)"),
        ("%", &["integer", "decimal(2,1)"], "decimal(2,1)"),
        ("-", &["timestamp(3)", "date"], "interval day to second"),
        ("-", &["timestamp(3)", "timestamp(0) with time zone"], "interval day to second"),
        ("+", &["timestamp(0)", "interval day to second"], "timestamp(3)"),
        ("+", &["timestamp(0) with time zone", "interval year to month"], "timestamp(0) with time zone"),
        ("-", &["date", "interval day to second"], "date"),
        ("*", &["interval day to second", "integer"], "interval day to second"),
        ("negate", &["decimal(5,2)"], "decimal(5,2)"),
        ("negate", &["varchar"], "-TYPE_MISMATCH"),
        ("<", &["json", "json"], "-TYPE_MISMATCH"),
        ("<", &["varchar", "integer"], "-TYPE_MISMATCH"),
        (">=", &["date", "timestamp(3) with time zone"], "boolean"),
        ("is distinct from", &["unknown", "json"], "boolean"),
        ("between", &["date", "timestamp(0)", "timestamp(3)"], "boolean"),
        ("between", &["varchar", "date", "date"], "-TYPE_MISMATCH"),
        ("like", &["varchar(5)", "varchar"], "boolean"),
        ("like", &["varchar(5)", "varchar", "varchar(1)"], "boolean"),
        ("like", &["integer", "varchar"], "-TYPE_MISMATCH"),
        ("[]", &["array(row(a integer))", "integer"], "row(a integer)"),
        ("[]", &["map(varchar,array(json))", "varchar(3)"], "array(json)"),
        ("[]", &["varchar", "integer"], "-TYPE_MISMATCH"),
        ("at time zone", &["timestamp(3)", "varchar(3)"], "timestamp(3) with time zone"),
        ("at time zone", &["date", "varchar(3)"], "-TYPE_MISMATCH"),
    ];
    for (sign, arguments, theirs) in cases {
        let types = arguments.iter().map(|argument| ty(argument)).collect::<Vec<_>>();
        assert_eq!(outcome(sign, resolve_operator(sign, &types)), recorded(theirs), "{sign} {arguments:?}");
    }
}

#[test]
fn arguments_are_reported_after_coercion() {
    let plus = resolve_operator("+", &[ty("integer"), ty("decimal(5,2)")]).expect("numbers add");
    assert_eq!(plus.arguments, [ty("decimal(10,0)"), ty("decimal(5,2)")]);
    let concat = resolve_operator("||", &[ty("varchar(3)"), ty("varchar(5)")]).expect("texts concatenate");
    assert_eq!(concat.arguments, [Type::VARCHAR, Type::VARCHAR]);
    let like = call("regexp_like", &["varchar(5)", "varchar(2)"]).expect("a text is a pattern");
    assert_eq!(like.arguments, [ty("varchar(5)"), ty("varchar(2)")], "a pattern stays the text it is");
    let between = resolve_operator("between", &[ty("date"), ty("timestamp(0)"), ty("unknown")]).expect("times compare");
    assert_eq!(between.arguments, vec![ty("timestamp(0)"); 3]);
}

/// A lambda that multiplies its parameters' types by `+`, and notes what it was asked.
fn sum_of_parameters(asked: &mut Vec<Vec<Type>>) -> impl FnMut(&[Type]) -> Option<Type> {
    |parameters| {
        asked.push(parameters.to_vec());
        let [first, second] = parameters else { return None };
        resolve_operator("+", &[first.clone(), second.clone()]).ok().map(|sum| sum.result)
    }
}

#[test]
fn a_lambda_is_asked_again_when_its_parameters_widen() {
    let mut asked = Vec::new();
    let mut add = sum_of_parameters(&mut asked);
    let mut identity = |parameters: &[Type]| parameters.first().cloned();
    let mut arguments = [
        Argument::Type(ty("array(bigint)")),
        Argument::Type(ty("integer")),
        Argument::Lambda { parameters: 2, result: &mut add },
        Argument::Lambda { parameters: 1, result: &mut identity },
    ];
    let reduce = resolve("reduce", &mut arguments, Dialect::Trino).expect("the state widens");
    assert_eq!(reduce.result, Type::BigInt);
    assert_eq!(reduce.arguments[1], Type::BigInt, "the initial state is coerced");
    assert_eq!(reduce.arguments[2], ty("function(bigint, bigint, bigint)"));
    drop(add);
    let mut once = asked.clone();
    once.dedup();
    assert_eq!(asked, once, "no question is asked twice in a row");
}

#[test]
fn lambdas_fix_the_result() {
    let mut upper = |parameters: &[Type]| {
        let mut arguments = parameters.iter().cloned().map(Argument::Type).collect::<Vec<_>>();
        resolve("upper", &mut arguments, Dialect::Trino).ok().map(|upper| upper.result)
    };
    let mut arguments =
        [Argument::Type(ty("array(varchar(7))")), Argument::Lambda { parameters: 1, result: &mut upper }];
    let transform = resolve("transform", &mut arguments, Dialect::Trino).expect("texts have capitals");
    assert_eq!(transform.result, ty("array(varchar(7))"));

    let mut of_key = |parameters: &[Type]| parameters.first().cloned();
    let mut arguments =
        [Argument::Type(ty("map(date,integer)")), Argument::Lambda { parameters: 2, result: &mut of_key }];
    let values = resolve("transform_values", &mut arguments, Dialect::Trino).expect("keys are values");
    assert_eq!(values.result, ty("map(date,date)"));
}

#[test]
fn a_lambda_that_does_not_fit_is_no_match() {
    let mut number = |_: &[Type]| Some(Type::Integer);
    let mut nothing = |_: &[Type]| None;
    for (parameters, result) in [
        (1, &mut number as &mut dyn FnMut(&[Type]) -> Option<Type>),
        (2, &mut |_: &[Type]| Some(Type::Boolean)),
        (1, &mut nothing),
    ] {
        let mut arguments = [Argument::Type(ty("array(date)")), Argument::Lambda { parameters, result }];
        let filter = resolve("filter", &mut arguments, Dialect::Trino);
        assert!(matches!(filter, Err(ResolveError::NoMatch { .. })), "{filter:?}");
    }
    let mut boolean = |_: &[Type]| Some(Type::Boolean);
    let mut arguments = [Argument::Lambda { parameters: 1, result: &mut boolean }];
    assert!(matches!(resolve("upper", &mut arguments, Dialect::Trino), Err(ResolveError::NoMatch { .. })));
}

#[test]
fn an_opaque_argument_fits_everything() {
    let opaque = |name: &str| {
        resolve(name, &mut [Argument::Type(Type::Opaque)], Dialect::Athena).map(|resolution| resolution.result)
    };
    assert_eq!(opaque("length"), Ok(Type::BigInt), "every length is a bigint");
    assert_eq!(opaque("upper"), Ok(Type::Opaque));
    assert!(matches!(opaque("pi"), Err(ResolveError::NoMatch { .. })), "pi takes no argument");
    let sum = resolve_operator("+", &[Type::Opaque, Type::Integer]).expect("an opaque operand fits");
    assert_eq!(sum.result, Type::Opaque);
    let equal = resolve_operator("=", &[Type::Opaque, Type::Integer]).expect("an opaque operand fits");
    assert_eq!(equal.result, Type::Boolean);
}

#[test]
fn a_lambda_may_have_an_opaque_body() {
    let mut opaque = |_: &[Type]| Some(Type::Opaque);
    for (name, result) in [("filter", ty("array(date)")), ("transform", Type::array(Type::Opaque))] {
        let mut arguments =
            [Argument::Type(ty("array(date)")), Argument::Lambda { parameters: 1, result: &mut opaque }];
        let call = resolve(name, &mut arguments, Dialect::Athena).map(|resolution| resolution.result);
        assert_eq!(call, Ok(result), "{name}");
    }
}

#[test]
fn errors_say_what_there_is() {
    let unknown = call("json_extract_scaler", &["varchar", "varchar"]);
    assert_eq!(unknown, Err(ResolveError::UnknownFunction { nearest: Some("json_extract_scalar".to_owned()) }));
    assert_eq!(call("frobnicate", &[]), Err(ResolveError::UnknownFunction { nearest: None }));
    let Err(ResolveError::NoMatch { candidates }) = call("date", &["integer"]) else { panic!("no date of a number") };
    assert!(candidates.contains(&"date(varchar(x)) -> date".to_owned()), "{candidates:?}");
    assert!(function_names().any(|name| name == "st_area"), "names are in lower case");
}

#[test]
fn orders_and_equality_are_known_of_nested_types() {
    for (text, comparable, orderable) in [
        ("json", true, false),
        ("array(json)", true, false),
        ("array(varchar)", true, true),
        ("map(varchar,integer)", true, false),
        ("row(a integer,b map(varchar,integer))", true, false),
        ("row(integer,varchar)", true, true),
        ("hyperloglog", false, false),
        ("array(hyperloglog)", false, false),
        ("unknown", true, true),
    ] {
        assert_eq!((is_comparable(&ty(text)), is_orderable(&ty(text))), (comparable, orderable), "{text}");
    }
}

#[test]
fn a_list_of_types_has_one_super_type() {
    let common = |texts: &[&str]| common_super_type_of(&texts.iter().map(|text| ty(text)).collect::<Vec<_>>());
    assert_eq!(common(&[]), Some(Type::Unknown));
    assert_eq!(common(&["unknown", "varchar(1)", "varchar(3)"]), Some(ty("varchar(3)")));
    assert_eq!(common(&["integer", "decimal(3,1)", "bigint"]), Some(ty("decimal(20,1)")));
    assert_eq!(common(&["row(a integer,b date)", "row(a bigint,c date)"]), Some(ty("row(a bigint,date)")));
    assert_eq!(common(&["array(unknown)", "array(integer)"]), Some(ty("array(integer)")));
    assert_eq!(common(&["integer", "varchar"]), None);
}

#[test]
fn types_are_read_as_trino_writes_them() {
    for (text, canonical) in [
        ("INT", "integer"),
        ("decimal", "decimal(38,0)"),
        ("decimal(5)", "decimal(5,0)"),
        ("decimal(5, 2)", "decimal(5,2)"),
        ("timestamp", "timestamp(3)"),
        ("TIMESTAMP WITH TIME ZONE", "timestamp(3) with time zone"),
        ("time(6) with time zone", "time(6) with time zone"),
        ("timestamp(0) without time zone", "timestamp(0)"),
        ("INTERVAL DAY TO SECOND", "interval day to second"),
        ("double precision", "double"),
        ("char", "char(1)"),
        ("varchar(2147483647)", "varchar"),
        ("array(row(a integer))", "array(row(a integer))"),
        ("row(double precision, timestamp timestamp(3))", "row(double, timestamp timestamp(3))"),
        ("row(\"A \"\"b\" integer)", "row(\"a \"\"b\" integer)"),
        (
            "map(varchar, array(row(integer, b time(3) with time zone)))",
            "map(varchar, array(row(integer, b time(3) with time zone)))",
        ),
        ("qdigest(bigint)", "qdigest(bigint)"),
    ] {
        assert_eq!(parse_type(text).map(|ty| ty.to_string()).as_deref(), Some(canonical), "{text}");
    }
    let too_deep = "array(".repeat(10_000) + "integer" + &")".repeat(10_000);
    for text in [
        "",
        "integr",
        "integer(3)",
        "decimal(39,0)",
        "decimal(3,4)",
        "timestamp(13)",
        "char(65537)",
        "array",
        "array(integer",
        "array(integer))",
        "map(varchar)",
        "row()",
        "varchar(x)",
        "varchar(-1)",
        "varchar(99999999999)",
        "row(\"a integer)",
        "interval day",
        &too_deep,
    ] {
        assert_eq!(parse_type(text), None, "{text:.40}");
    }
}

#[test]
fn dialects_differ_by_questions() {
    assert_eq!(Dialect::default(), Dialect::Athena);
    assert!(Dialect::Athena.bare_decimal_is_double() && !Dialect::Trino.bare_decimal_is_double());
    assert_eq!((Dialect::Athena.sequence_limit(), Dialect::Trino.sequence_limit()), (50_000, 10_000));
    assert_eq!("Trino".parse(), Ok(Dialect::Trino));
    let unknown = "presto".parse::<Dialect>().map_err(|error| error.to_string());
    assert_eq!(unknown, Err("`presto` is no dialect; there are `athena` and `trino`".to_owned()));
}

fn any_type() -> impl Strategy<Value = Type> {
    let plain = prop::sample::select(
        "unknown boolean tinyint smallint integer bigint real double varchar varchar(0) varchar(7) char(3) varbinary json \
         date uuid ipaddress decimal(5,2) decimal(38,0) decimal(18,18) time(3) timestamp(0) timestamp(9) geometry"
            .split(' ')
            .map(ty)
            .chain([ty("timestamp(3) with time zone"), ty("interval day to second"), ty("time(6) with time zone")])
            .collect::<Vec<_>>(),
    );
    plain.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::array),
            (inner.clone(), inner.clone()).prop_map(|(key, value)| Type::map(key, value)),
            prop::collection::vec(("[a-z \"(,]{1,4}", inner), 1..3)
                .prop_map(|fields| Type::row(fields.iter().map(|(name, ty)| (name.as_str(), ty.clone())))),
        ]
    })
}

proptest! {
    #[test]
    fn a_type_reads_back_as_it_was_written(written in any_type()) {
        prop_assert_eq!(parse_type(&written.to_string()), Some(written));
    }

    #[test]
    fn the_common_super_type_is_one_and_is_common(a in any_type(), b in any_type()) {
        let common = common_super_type(&a, &b);
        prop_assert_eq!(&common, &common_super_type(&b, &a), "the order plays no part");
        prop_assert_eq!(common_super_type(&a, &a), Some(a.clone()));
        if let Some(common) = common {
            prop_assert!(can_coerce(&a, &common) && can_coerce(&b, &common), "{common}");
            prop_assert!(can_cast(&a, &common), "what is coerced can be cast");
        }
        prop_assert!(!can_coerce(&a, &b) || common_super_type(&a, &b).is_some());
    }

    #[test]
    fn a_call_means_the_same_after_its_arguments_are_coerced(
        name in prop::sample::select(function_names().collect::<Vec<_>>()),
        types in prop::collection::vec(any_type(), 0..4),
    ) {
        let call = |types: &[Type]| {
            let mut arguments = types.iter().cloned().map(Argument::Type).collect::<Vec<_>>();
            resolve(name, &mut arguments, Dialect::Trino)
        };
        if let Ok(resolved) = call(&types) {
            for (from, to) in types.iter().zip(&resolved.arguments) {
                prop_assert!(can_coerce(from, to), "{name}: {from} to {to}");
            }
            prop_assert_eq!(call(&resolved.arguments), Ok(resolved), "{}", name);
        }
    }

    #[test]
    fn any_text_is_a_type_or_none(text in "[a-z(), \"0-9]{0,30}") {
        if let Some(read) = parse_type(&text) {
            prop_assert_eq!(parse_type(&read.to_string()), Some(read));
        }
    }
}
