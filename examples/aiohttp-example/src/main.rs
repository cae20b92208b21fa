//! Serves the example.

#[tokio::main]
async fn main() -> keyward::Result<()> {
    let auth = aiohttp_example::auth().await?;
    auth.serve(aiohttp_example::app(), "127.0.0.1:8080").await
}
