//! Builds again when a file of the bank is added or taken away: the bank is compiled in, and without this only
//! changes to files that are known already would be noticed.

fn main() {
    for folder in ["scenarios", "rubrics"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
