//! Which file of the crate imports which, read with a real parser: `use` trees and written-out paths, tests left out.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// A module's path, the crate's own being empty: `core::bank::scenario`.
pub type Module = Vec<String>;

/// The files of `src` by the module that each is, with their imports.
pub struct Imports {
    /// For each module that has a file: the modules with files that it imports, itself left out.
    pub of: BTreeMap<Module, BTreeSet<Module>>,
}

impl Imports {
    /// Reads every source below `src`.
    pub fn read(src: &Path) -> Self {
        let mut files = BTreeMap::new();
        collect(src, src, &mut files);
        let known: BTreeSet<Module> = files.keys().cloned().collect();
        let of = files
            .into_iter()
            .map(|(module, file)| {
                let text = fs::read_to_string(&file).unwrap();
                let parsed =
                    syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
                let mut reader = Reader { known: &known, here: module.clone(), found: BTreeSet::new() };
                reader.visit_file(&parsed);
                reader.found.remove(&module);
                (module, reader.found)
            })
            .collect();
        Self { of }
    }

    /// Groups of files that import each other in a circle. A module and its own parts are one subject: an import between
    /// them doesn't count.
    pub fn circles(&self) -> Vec<Vec<String>> {
        let related = |a: &Module, b: &Module| a.starts_with(b) || b.starts_with(a);
        let edges = |from: &Module| self.of[from].iter().filter(|to| !related(from, to)).cloned().collect();
        let reach: BTreeMap<&Module, BTreeSet<Module>> =
            self.of.keys().map(|from| (from, reachable(from, &edges))).collect();
        let mut circles = BTreeSet::new();
        for (from, reached) in &reach {
            if reached.contains(*from) {
                let members = reached.iter().filter(|to| reach[to].contains(*from));
                circles.insert(members.map(|module| module.join("::")).collect::<Vec<_>>());
            }
        }
        circles.into_iter().collect()
    }
}

fn reachable(from: &Module, edges: &dyn Fn(&Module) -> Vec<Module>) -> BTreeSet<Module> {
    let mut reached = BTreeSet::new();
    let mut open = edges(from);
    while let Some(next) = open.pop() {
        if reached.insert(next.clone()) {
            open.extend(edges(&next));
        }
    }
    reached
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<Module, PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            let relative = path.strip_prefix(root).unwrap().with_extension("");
            let mut module: Module =
                relative.components().map(|part| part.as_os_str().to_str().unwrap().to_owned()).collect();
            if matches!(module.last().map(String::as_str), Some("mod" | "lib" | "main")) {
                module.pop();
            }
            files.insert(module, path);
        }
    }
}

/// Walks one file and collects the modules that its paths lead to.
struct Reader<'a> {
    known: &'a BTreeSet<Module>,
    here: Module,
    found: BTreeSet<Module>,
}

impl Reader<'_> {
    /// The file that defines the longest known beginning of a path.
    fn note(&mut self, path: &[String]) {
        let Some(mut target) = self.absolute(path) else { return };
        while !target.is_empty() && !self.known.contains(&target) {
            target.pop();
        }
        if !target.is_empty() {
            self.found.insert(target);
        }
    }

    fn absolute(&self, path: &[String]) -> Option<Module> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => Some(rest.to_vec()),
            "self" => Some([&self.here, rest].concat()),
            "super" => {
                let ups = path.iter().take_while(|part| *part == "super").count();
                let base = &self.here[..self.here.len().checked_sub(ups)?];
                Some([base, &path[ups..]].concat())
            }
            child => {
                let mut module = self.here.clone();
                module.push(child.to_owned());
                self.known.contains(&module).then(|| [&module, rest].concat())
            }
        }
    }

    fn tree(&mut self, tree: &syn::UseTree, before: &mut Vec<String>) {
        match tree {
            syn::UseTree::Path(path) => {
                before.push(plain(&path.ident));
                self.tree(&path.tree, before);
                before.pop();
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(tree, before)),
            syn::UseTree::Name(name) => self.leaf(&name.ident, before),
            syn::UseTree::Rename(rename) => self.leaf(&rename.ident, before),
            syn::UseTree::Glob(_) => self.note(before),
        }
    }

    fn leaf(&mut self, ident: &syn::Ident, before: &[String]) {
        let mut path = before.to_vec();
        if ident != "self" {
            path.push(plain(ident));
        }
        self.note(&path);
    }

    /// Paths inside a macro, which the parser leaves as tokens.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = vec![];
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) if path.is_empty() || colons == 2 => path.push(plain(&ident)),
                TokenTree::Ident(ident) => {
                    self.note(&std::mem::take(&mut path));
                    path.push(plain(&ident));
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => {
                    colons += 1;
                    continue;
                }
                other => {
                    self.note(&std::mem::take(&mut path));
                    if let TokenTree::Group(group) = other {
                        self.tokens(group.stream());
                    }
                }
            }
            colons = 0;
        }
        self.note(&path);
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let is_test = |attribute: &syn::Attribute| {
            attribute.path().is_ident("cfg")
                && matches!(&attribute.meta, syn::Meta::List(list) if list.tokens.to_string() == "test")
        };
        if !matches!(item, syn::Item::Mod(module) if module.attrs.iter().any(is_test)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&item.tree, &mut vec![]);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path.segments.iter().map(|segment| plain(&segment.ident)).collect();
        // A bare name is an item of the file, or was imported by a `use`.
        if parts.len() > 1 {
            self.note(&parts);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        self.tokens(called.tokens.clone());
        visit::visit_macro(self, called);
    }
}

/// An identifier without `r#`.
fn plain(ident: &proc_macro2::Ident) -> String {
    ident.to_string().trim_start_matches("r#").to_owned()
}
