//! The one walk over a syntax tree that drives every metric.
//!
//! The walk knows the shape of Python's trees; what a node means to a metric is asked of that metric's file. It visits
//! what CPython's `ast.NodeVisitor` would, for that is what radon does; where a metric looks at less, the walk carries
//! along that it does.

pub(crate) mod comment_places;
pub(crate) mod header;

use ruff_python_ast::{
    Arguments, Comprehension, ElifElseClause, ExceptHandler, Expr, ExprCall, InterpolatedStringElement, MatchCase,
    Parameters, Pattern, Stmt, StmtClassDef, StmtFunctionDef, TypeParam, TypeParams,
};
use ruff_text_size::{Ranged, TextSize};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use self::header::Header;
use crate::contribution::Contribution;
use crate::file_metrics::{ClassMetrics, FunctionMetrics, HalsteadCounts};
use crate::files::halstead::Operators;
use crate::files::operand::{Operand, OperandContext};
use crate::functions::cognitive::{self, Reading};
use crate::functions::costs::{Costs, FunctionCosts, Recorder};
use crate::functions::cyclomatic;
use crate::functions::increment::Increment;
use crate::registry::MetricType;
use antipasta_syntax::text::LineIndex;
use antipasta_syntax::with_room;

/// Where a walk takes place.
pub(crate) struct Place<'a> {
    /// The text whose syntax tree is walked.
    pub text: &'a str,
    /// Its lines.
    pub lines: &'a LineIndex,
    /// The comments of the text that may speak to a tool.
    pub comments: &'a header::Comments,
    /// How many lines of the text come before those that count.
    pub lines_before: u32,
    /// The names of the classes around the statements that are walked.
    pub classes: Vec<&'a str>,
}

impl Place<'_> {
    /// The line of `offset` among those that count, from 1.
    pub(crate) fn line(&self, offset: TextSize) -> u32 {
        self.lines.line(offset.to_u32()) + 1 - self.lines_before
    }
}

/// Walks `statements` and returns what they contribute, without their lines.
pub(crate) fn walk<'a>(place: Place<'a>, statements: impl IntoIterator<Item = &'a Stmt>) -> Contribution {
    let mut walk = Walk::new(place, ());
    walk.top_levels(statements);
    walk.finish()
}

/// Walks `statements` and returns what adds to the complexities of their functions.
pub(crate) fn walk_costs<'a>(place: Place<'a>, statements: impl IntoIterator<Item = &'a Stmt>) -> Vec<FunctionCosts> {
    let mut walk = Walk::new(place, Costs::default());
    walk.top_levels(statements);
    walk.recorder.functions
}

/// Walks what a class has outside its body: its name, bases and decorators.
pub(crate) fn walk_class_header<'a>(place: Place<'a>, class: &'a StmtClassDef) -> Contribution {
    let mut walk = Walk::new(place, ());
    walk.class_header(class);
    walk.finish()
}

struct Walk<'a, R> {
    place: Place<'a>,
    /// What is told of every increment in a function with rows.
    recorder: R,
    contribution: Contribution,
    /// How often each operand occurs, and in which function with rows it was last seen.
    operands: FxHashMap<Operand, Occurrences>,
    context: OperandContext,
    /// Whether decisions count towards cyclomatic complexity here.
    counts_decisions: bool,
    /// The function with rows that is being walked.
    function: Option<OpenFunction<'a>>,
    /// How many functions with rows were entered.
    functions_entered: u32,
    /// How many calls that walk a node are around the present one.
    depth: u32,
}

#[derive(Default)]
struct Occurrences {
    count: u32,
    last_function: u32,
}

/// What is counted of a function with rows while its body is walked.
#[derive(Default)]
struct OpenFunction<'a> {
    decisions: u32,
    cognitive: u32,
    operators: u32,
    operands: u32,
    distinct_operators: Operators,
    distinct_operands: u32,
    /// The name by which a call would be recursive; `None` in the functions, classes and lambdas inside.
    recursive_name: Option<&'a str>,
    /// The first call that is.
    recursive_call: Option<TextSize>,
}

impl<'a, R: Recorder> Walk<'a, R> {
    fn new(place: Place<'a>, recorder: R) -> Self {
        Self {
            place,
            recorder,
            contribution: Contribution::default(),
            operands: FxHashMap::default(),
            context: OperandContext::MODULE,
            counts_decisions: true,
            function: None,
            functions_entered: 0,
            depth: 0,
        }
    }

    fn finish(mut self) -> Contribution {
        self.contribution.distinct_operands = self
            .operands
            .into_iter()
            .map(|(operand, occurrences)| (operand, occurrences.count))
            .collect();
        self.contribution
    }

    fn top_levels(&mut self, statements: impl IntoIterator<Item = &'a Stmt>) {
        for statement in statements {
            self.top_level(statement);
        }
    }

    /// A statement of the module's body or of the body of the innermost class of the place.
    fn top_level(&mut self, statement: &'a Stmt) {
        self.counts_decisions = self.place.classes.len() <= 1;
        self.statement(statement, None);
    }

    // --- what is counted ---

    /// What adds to cyclomatic complexity.
    fn decision(&mut self, increment: Increment) {
        if self.counts_decisions {
            self.contribution.complexity += increment.amount();
            if let Some(function) = &mut self.function {
                function.decisions += increment.amount();
                self.recorder.increment(MetricType::CyclomaticComplexity, increment);
            }
        }
    }

    /// What adds to cognitive complexity.
    fn cognitive(&mut self, increment: Increment) {
        if let Some(function) = &mut self.function {
            function.cognitive += increment.amount();
            self.recorder.increment(MetricType::CognitiveComplexity, increment);
        }
    }

    fn operators(&mut self, count: u32, operators: impl Into<Operators>, operands: u32) {
        self.contribution.operators += count;
        self.contribution.operands += operands;
        let operators = operators.into();
        match &mut self.function {
            None => self.contribution.distinct_operators.extend(operators),
            Some(function) => {
                function.operators += count;
                function.operands += operands;
                function.distinct_operators.extend(operators);
            }
        }
    }

    fn operand(&mut self, expression: &Expr) {
        let is_new_to_function = match self.context.operand(expression, self.place.text) {
            None => {
                self.contribution.unique_operands += 1;
                true
            }
            Some(operand) => {
                let occurrences = self.operands.entry(operand).or_default();
                occurrences.count += 1;
                let seen = std::mem::replace(&mut occurrences.last_function, self.functions_entered);
                occurrences.count == 1 || seen != self.functions_entered
            }
        };
        if let Some(function) = &mut self.function {
            function.distinct_operands += u32::from(is_new_to_function);
        }
    }

    // --- recursion ---

    /// Calls what walks a node. As long as there are few nodes around it, there is stack enough.
    #[inline]
    fn inside(&mut self, walk: impl FnOnce(&mut Self)) {
        const UNCHECKED: u32 = 64;
        self.depth += 1;
        if self.depth > UNCHECKED {
            self.inside_with_room(walk);
        } else {
            walk(self);
        }
        self.depth -= 1;
    }

    #[cold]
    fn inside_with_room(&mut self, walk: impl FnOnce(&mut Self)) {
        with_room(|| walk(self));
    }

    // --- statements ---

    fn body(&mut self, statements: &'a [Stmt], nesting: Option<u32>) {
        for statement in statements {
            self.statement(statement, nesting);
        }
    }

    /// A statement whose cognitive complexity counts at `nesting`, or not at all.
    fn statement(&mut self, statement: &'a Stmt, nesting: Option<u32>) {
        self.inside(|walk| walk.statement_and_parts(statement, nesting));
    }

    fn statement_and_parts(&mut self, statement: &'a Stmt, nesting: Option<u32>) {
        cyclomatic::decisions_of_statement(statement, |decision| self.decision(decision));
        if let Some(increment) = nesting.and_then(|nesting| cognitive::of_statement(statement, nesting)) {
            self.cognitive(increment);
        }
        let deeper = nesting.map(|nesting| nesting + 1);
        let read = Reading::from(nesting);
        let skip = Reading::Skipped;
        match statement {
            Stmt::FunctionDef(function) => self.function(function, nesting),
            Stmt::ClassDef(class) => self.class(class, nesting),
            Stmt::If(conditional) => {
                self.expression(&conditional.test, read);
                self.body(&conditional.body, deeper);
                for clause in &conditional.elif_else_clauses {
                    self.clause(clause, nesting);
                }
            }
            Stmt::For(each) => {
                self.expression(&each.target, skip);
                self.expression(&each.iter, read);
                self.body(&each.body, deeper);
                self.body(&each.orelse, nesting);
            }
            Stmt::While(repeat) => {
                self.expression(&repeat.test, read);
                self.body(&repeat.body, deeper);
                self.body(&repeat.orelse, nesting);
            }
            Stmt::Try(attempt) => {
                self.body(&attempt.body, nesting);
                for handler in &attempt.handlers {
                    self.handler(handler, nesting);
                }
                self.body(&attempt.orelse, nesting);
                self.body(&attempt.finalbody, nesting);
            }
            Stmt::With(with) => {
                for item in &with.items {
                    self.expression(&item.context_expr, read);
                    self.optional(item.optional_vars.as_deref(), skip);
                }
                self.body(&with.body, nesting);
            }
            Stmt::Match(choice) => {
                self.expression(&choice.subject, skip);
                for case in &choice.cases {
                    self.case(case, deeper);
                }
            }
            Stmt::Assert(assertion) => {
                let counted = std::mem::replace(&mut self.counts_decisions, false);
                self.expression(&assertion.test, read);
                self.optional(assertion.msg.as_deref(), read);
                self.counts_decisions = counted;
            }
            Stmt::Return(result) => self.optional(result.value.as_deref(), read),
            Stmt::Expr(statement) => self.expression(&statement.value, read),
            Stmt::Assign(assignment) => {
                self.expressions(&assignment.targets, skip);
                self.expression(&assignment.value, read);
            }
            Stmt::AugAssign(assignment) => {
                self.operators(1, assignment.op, 2);
                self.operand(&assignment.target);
                self.operand(&assignment.value);
                self.expression(&assignment.target, skip);
                self.expression(&assignment.value, read);
            }
            Stmt::AnnAssign(assignment) => {
                self.expression(&assignment.target, skip);
                self.expression(&assignment.annotation, skip);
                self.optional(assignment.value.as_deref(), read);
            }
            Stmt::Raise(raise) => {
                self.optional(raise.exc.as_deref(), read);
                self.optional(raise.cause.as_deref(), read);
            }
            Stmt::Delete(deletion) => self.expressions(&deletion.targets, skip),
            Stmt::TypeAlias(alias) => {
                self.expression(&alias.name, skip);
                self.type_parameters(alias.type_params.as_deref());
                self.expression(&alias.value, skip);
            }
            Stmt::Import(_)
            | Stmt::ImportFrom(_)
            | Stmt::Global(_)
            | Stmt::Nonlocal(_)
            | Stmt::Pass(_)
            | Stmt::Break(_)
            | Stmt::Continue(_)
            | Stmt::IpyEscapeCommand(_) => {}
        }
    }

    fn clause(&mut self, clause: &'a ElifElseClause, nesting: Option<u32>) {
        if nesting.is_some() {
            self.cognitive(cognitive::of_clause(clause));
        }
        self.optional(clause.test.as_ref(), Reading::from(nesting));
        self.body(&clause.body, nesting.map(|nesting| nesting + 1));
    }

    fn handler(&mut self, handler: &'a ExceptHandler, nesting: Option<u32>) {
        if let Some(nesting) = nesting {
            self.cognitive(cognitive::of_handler(handler, nesting));
        }
        let ExceptHandler::ExceptHandler(handler) = handler;
        self.optional(handler.type_.as_deref(), Reading::Skipped);
        self.body(&handler.body, nesting.map(|nesting| nesting + 1));
    }

    fn case(&mut self, case: &'a MatchCase, nesting: Option<u32>) {
        self.pattern(&case.pattern);
        self.optional(case.guard.as_deref(), Reading::Skipped);
        self.body(&case.body, nesting);
    }

    fn pattern(&mut self, pattern: &'a Pattern) {
        self.inside(|walk| walk.pattern_and_parts(pattern));
    }

    fn pattern_and_parts(&mut self, pattern: &'a Pattern) {
        let skip = Reading::Skipped;
        match pattern {
            Pattern::MatchValue(value) => self.expression(&value.value, skip),
            Pattern::MatchSingleton(_) | Pattern::MatchStar(_) => {}
            Pattern::MatchSequence(sequence) => self.patterns(&sequence.patterns),
            Pattern::MatchMapping(mapping) => {
                self.expressions(&mapping.keys, skip);
                self.patterns(&mapping.patterns);
            }
            Pattern::MatchClass(class) => {
                self.expression(&class.cls, skip);
                self.patterns(&class.arguments.patterns);
                for keyword in &class.arguments.keywords {
                    self.pattern(&keyword.pattern);
                }
            }
            Pattern::MatchAs(binding) => {
                if let Some(pattern) = &binding.pattern {
                    self.pattern(pattern);
                }
            }
            Pattern::MatchOr(alternatives) => self.patterns(&alternatives.patterns),
        }
    }

    fn patterns(&mut self, patterns: &'a [Pattern]) {
        for pattern in patterns {
            self.pattern(pattern);
        }
    }

    // --- functions and classes ---

    fn function(&mut self, function: &'a StmtFunctionDef, nesting: Option<u32>) {
        if self.function.is_none() {
            self.function_with_rows(function);
        } else {
            let counted = std::mem::replace(&mut self.counts_decisions, false);
            let name = self.suspend_recursion();
            self.function_body(function, nesting);
            self.resume_recursion(name);
            self.counts_decisions = counted;
        }
    }

    /// The body of any function; the rest of a function counts for no metric.
    fn function_body(&mut self, function: &'a StmtFunctionDef, nesting: Option<u32>) {
        let context = OperandContext::function(&function.name);
        let outer = std::mem::replace(&mut self.context, context);
        for (index, statement) in function.body.iter().enumerate() {
            self.statement(statement, cognitive::nesting_in_function(function, index, nesting));
        }
        self.context = outer;
    }

    fn function_with_rows(&mut self, function: &'a StmtFunctionDef) {
        self.functions_entered += 1;
        self.function = Some(OpenFunction {
            recursive_name: Some(&function.name),
            ..OpenFunction::default()
        });
        self.function_body(function, Some(0));
        if let Some(call) = self.function.as_ref().and_then(|function| function.recursive_call) {
            self.cognitive(cognitive::of_recursion(call));
        }
        let counted = self.function.take().expect("the function that was opened");
        // What follows is in no function, or in another one.
        self.functions_entered += 1;

        self.contribution.distinct_operators.extend(counted.distinct_operators);
        let is_method = !self.place.classes.is_empty();
        if self.counts_decisions && is_method {
            self.contribution.complexity += 1;
        }
        let header = Header::of_function(function, self.place.text);
        let complexipy_ignore = header.complexipy_ignore(self.place.text, self.place.lines, self.place.comments);
        let metrics = FunctionMetrics {
            name: function.name.as_str().into(),
            classes: self.class_names(),
            def_line: self.place.line(header.keyword),
            start_line: self.place.line(function.range().start()),
            end_line: self.place.line(function.range().end()),
            cyclomatic: self.counts_decisions.then_some(counted.decisions + 1),
            cognitive: counted.cognitive,
            complexipy_ignore: complexipy_ignore.map(|line| line + 1 - self.place.lines_before),
            halstead: HalsteadCounts {
                distinct_operators: counted.distinct_operators.count(),
                distinct_operands: counted.distinct_operands,
                operators: counted.operators,
                operands: counted.operands,
            },
            header_comments: header.comments_to_us(&self.place),
        };
        self.recorder.function(&self.place, &metrics);
        self.contribution.add_function(metrics);
    }

    fn class(&mut self, class: &'a StmtClassDef, nesting: Option<u32>) {
        if self.function.is_some() {
            let counted = std::mem::replace(&mut self.counts_decisions, false);
            let name = self.suspend_recursion();
            self.outside_class_body(class);
            for statement in &class.body {
                self.statement(statement, cognitive::nesting_in_class(statement, nesting));
            }
            self.resume_recursion(name);
            self.counts_decisions = counted;
        } else {
            self.class_header(class);
            self.place.classes.push(&class.name);
            let counted = self.counts_decisions;
            self.counts_decisions = counted && self.place.classes.len() <= 1;
            self.body(&class.body, None);
            self.counts_decisions = counted;
            self.place.classes.pop();
        }
    }

    /// What a class that no function encloses has outside its body.
    fn class_header(&mut self, class: &'a StmtClassDef) {
        let counted = std::mem::replace(&mut self.counts_decisions, false);
        self.outside_class_body(class);
        self.counts_decisions = counted;
        let header = Header::of_class(class, self.place.text);
        let metrics = ClassMetrics {
            name: class.name.as_str().into(),
            classes: self.class_names(),
            class_line: self.place.line(header.keyword),
            header_comments: header.comments_to_us(&self.place),
        };
        self.contribution.add_class(metrics);
    }

    fn outside_class_body(&mut self, class: &'a StmtClassDef) {
        for decorator in &class.decorator_list {
            self.expression(&decorator.expression, Reading::Skipped);
        }
        self.type_parameters(class.type_params.as_deref());
        if let Some(arguments) = &class.arguments {
            self.arguments(arguments, Reading::Skipped);
        }
    }

    fn class_names(&self) -> Box<[Box<str>]> {
        self.place.classes.iter().map(|&name| name.into()).collect()
    }

    /// Calls by the function's name are not its own any more: they are in a function, class or lambda inside it.
    fn suspend_recursion(&mut self) -> Option<&'a str> {
        self.function
            .as_mut()
            .and_then(|function| function.recursive_name.take())
    }

    fn resume_recursion(&mut self, name: Option<&'a str>) {
        if let Some(function) = &mut self.function {
            function.recursive_name = name;
        }
    }

    fn type_parameters(&mut self, parameters: Option<&'a TypeParams>) {
        let skip = Reading::Skipped;
        for parameter in parameters.map_or(&[][..], |parameters| &parameters.type_params) {
            match parameter {
                TypeParam::TypeVar(variable) => {
                    self.optional(variable.bound.as_deref(), skip);
                    self.optional(variable.default.as_deref(), skip);
                }
                TypeParam::TypeVarTuple(variable) => self.optional(variable.default.as_deref(), skip),
                TypeParam::ParamSpec(specification) => self.optional(specification.default.as_deref(), skip),
            }
        }
    }

    // --- expressions ---

    fn optional(&mut self, expression: Option<&'a Expr>, reading: Reading) {
        if let Some(expression) = expression {
            self.expression(expression, reading);
        }
    }

    fn expressions(&mut self, expressions: &'a [Expr], reading: Reading) {
        for expression in expressions {
            self.expression(expression, reading);
        }
    }

    /// An expression and those inside it. The last part of each is walked by the loop, not by recursion, so that chains
    /// (`a + b + …`, `a.b.c…`, `not not …`) may be of any length.
    fn expression(&mut self, expression: &'a Expr, reading: Reading) {
        self.inside(|walk| {
            let mut next = Some((expression, reading));
            while let Some((expression, reading)) = next {
                next = walk.all_but_last_part(expression, reading);
            }
        });
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each kind of expression")]
    /// Walks the parts of an expression but for one, which is returned: the one by which chains grow.
    fn all_but_last_part(&mut self, expression: &'a Expr, reading: Reading) -> Option<(&'a Expr, Reading)> {
        let skip = Reading::Skipped;
        cyclomatic::decisions_of_expression(expression, |decision| self.decision(decision));
        let entered = cognitive::enter(expression, reading, |increment| self.cognitive(increment));
        match expression {
            Expr::BinOp(operation) => {
                self.operators(1, operation.op, 2);
                self.operand(&operation.left);
                self.operand(&operation.right);
                let (first, last) = match operation.op {
                    ruff_python_ast::Operator::Pow => (&operation.left, &operation.right),
                    _ => (&operation.right, &operation.left),
                };
                self.expression(first, skip);
                Some((last, skip))
            }
            Expr::UnaryOp(operation) => {
                self.operators(1, operation.op, 1);
                self.operand(&operation.operand);
                Some((&operation.operand, entered.inner))
            }
            Expr::BoolOp(operation) => {
                self.operators(1, operation.op, operation.values.len() as u32);
                for value in &operation.values {
                    self.operand(value);
                }
                self.expressions(&operation.values, entered.inner);
                None
            }
            Expr::Compare(comparison) => {
                self.operators(0, Operators::default(), comparison.comparators.len() as u32 + 1);
                for &operator in &comparison.ops {
                    self.operators(1, operator, 0);
                }
                self.operand(&comparison.left);
                for comparator in &comparison.comparators {
                    self.operand(comparator);
                }
                self.expressions(&comparison.comparators, entered.inner);
                Some((&comparison.left, entered.inner))
            }
            Expr::Call(call) => {
                self.note_recursion(call);
                self.arguments(&call.arguments, entered.inner);
                Some((&call.func, skip))
            }
            Expr::If(conditional) => {
                self.expression(&conditional.test, entered.inner);
                self.expression(&conditional.body, entered.nested);
                Some((&conditional.orelse, entered.nested))
            }
            Expr::Lambda(lambda) => {
                let name = self.suspend_recursion();
                if let Some(parameters) = &lambda.parameters {
                    self.defaults(parameters);
                }
                self.expression(&lambda.body, entered.nested);
                self.resume_recursion(name);
                None
            }
            Expr::ListComp(comprehension) => {
                self.generators(&comprehension.generators, entered.inner, entered.nested);
                Some((&comprehension.elt, entered.nested))
            }
            Expr::SetComp(comprehension) => {
                self.generators(&comprehension.generators, entered.inner, entered.nested);
                Some((&comprehension.elt, entered.nested))
            }
            Expr::Generator(comprehension) => {
                self.generators(&comprehension.generators, entered.inner, entered.nested);
                Some((&comprehension.elt, entered.nested))
            }
            Expr::DictComp(comprehension) => {
                self.generators(&comprehension.generators, entered.inner, entered.nested);
                self.optional(comprehension.key.as_deref(), entered.nested);
                Some((&comprehension.value, entered.nested))
            }
            Expr::Tuple(display) => {
                self.expressions(&display.elts, entered.inner);
                None
            }
            Expr::List(display) => {
                self.expressions(&display.elts, entered.inner);
                None
            }
            Expr::Set(display) => {
                self.expressions(&display.elts, entered.inner);
                None
            }
            Expr::Dict(display) => {
                for item in &display.items {
                    self.optional(item.key.as_ref(), skip);
                    self.expression(&item.value, entered.inner);
                }
                None
            }
            Expr::FString(string) => {
                self.interpolations(string.value.elements());
                None
            }
            Expr::TString(string) => {
                self.interpolations(string.value.elements());
                None
            }
            Expr::Named(assignment) => {
                self.expression(&assignment.target, skip);
                Some((&assignment.value, skip))
            }
            Expr::Subscript(subscript) => {
                self.expression(&subscript.slice, skip);
                Some((&subscript.value, skip))
            }
            Expr::Slice(slice) => {
                self.optional(slice.lower.as_deref(), skip);
                self.optional(slice.upper.as_deref(), skip);
                slice.step.as_deref().map(|step| (step, skip))
            }
            Expr::Attribute(attribute) => Some((&attribute.value, skip)),
            Expr::Await(awaiting) => Some((&awaiting.value, skip)),
            Expr::Starred(starred) => Some((&starred.value, skip)),
            Expr::Yield(yielding) => yielding.value.as_deref().map(|value| (value, skip)),
            Expr::YieldFrom(yielding) => Some((&yielding.value, skip)),
            Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::Name(_)
            | Expr::IpyEscapeCommand(_) => None,
        }
    }

    fn note_recursion(&mut self, call: &ExprCall) {
        if let Some(function) = &mut self.function
            && let Expr::Name(callee) = &*call.func
            && function.recursive_name == Some(callee.id.as_str())
        {
            // Calls are not met in the order of the source.
            let first = function
                .recursive_call
                .map_or(call.start(), |first| first.min(call.start()));
            function.recursive_call = Some(first);
        }
    }

    /// The arguments of a call or class: positional ones are read as given, keyword arguments never.
    fn arguments(&mut self, arguments: &'a Arguments, positional: Reading) {
        self.expressions(&arguments.args, positional);
        for keyword in &arguments.keywords {
            self.expression(&keyword.value, Reading::Skipped);
        }
        if repeats_a_keyword(arguments) {
            self.contribution.complexipy_refusals += 1;
        }
    }

    fn defaults(&mut self, parameters: &'a Parameters) {
        for parameter in parameters.iter_non_variadic_params() {
            self.optional(parameter.default.as_deref(), Reading::Skipped);
        }
    }

    fn generators(&mut self, generators: &'a [Comprehension], inner: Reading, nested: Reading) {
        for generator in generators {
            self.expression(&generator.target, Reading::Skipped);
            self.expression(&generator.iter, inner);
            self.expressions(&generator.ifs, nested);
        }
    }

    fn interpolations(&mut self, elements: impl Iterator<Item = &'a InterpolatedStringElement>) {
        for element in elements {
            if let InterpolatedStringElement::Interpolation(interpolation) = element {
                self.expression(&interpolation.expression, Reading::Skipped);
                if let Some(format) = &interpolation.format_spec {
                    self.interpolations(format.elements.iter());
                }
            }
        }
    }
}

/// Whether a keyword is given twice. CPython refuses that only once it compiles.
fn repeats_a_keyword(arguments: &Arguments) -> bool {
    let names = || {
        arguments
            .keywords
            .iter()
            .filter_map(|keyword| Some(keyword.arg.as_ref()?.as_str()))
    };
    match arguments.keywords.len() {
        0 | 1 => false,
        2..=8 => names()
            .enumerate()
            .any(|(index, name)| names().take(index).any(|earlier| earlier == name)),
        count => {
            let mut seen = FxHashSet::with_capacity_and_hasher(count, FxBuildHasher);
            names().any(|name| !seen.insert(name))
        }
    }
}
