//! Answers that the replaced systems really give, row by row.

#[cfg(test)]
mod acl;
#[cfg(test)]
mod allocations;
#[cfg(test)]
mod dialects;
#[cfg(test)]
mod explain;
#[cfg(test)]
mod filter;
#[cfg(test)]
#[cfg(feature = "policy-file")]
mod import;
#[cfg(test)]
mod items;
#[cfg(test)]
mod questions;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod relations;
#[cfg(test)]
mod rows;
