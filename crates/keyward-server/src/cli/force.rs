//! Although nobody could administer any more.

/// Whether it is done although nobody could administer any more.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Force {
    /// Do it although nobody could administer any more
    #[arg(long)]
    pub(super) force: bool,
}

impl Force {
    /// Nothing is forced.
    pub(super) const NO: Self = Self { force: false };
}
