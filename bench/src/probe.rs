pub(crate) fn run(_: &str,_: &str,_: &str) -> crate::Result<()> { Ok(()) }
