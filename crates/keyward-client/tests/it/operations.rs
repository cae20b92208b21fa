//! Every operation of the API is a method, and asks for exactly what it says.

use std::collections::BTreeMap;

use keyward_client::Client;
use serde_json::Value;

use crate::calls::call_every;
use crate::kit::{StandIn, say};

/// The description that the methods were made from.
const DESCRIPTION: &str = include_str!("../../../keyward/tests/it/golden/openapi.json");

/// Calls each method once; gives their names in the order in which they were called.
macro_rules! every {
    ($($name:ident($($argument:expr),*);)*) => {
        pub(crate) async fn call_every(client: &keyward_client::Client) -> Vec<&'static str> {
            let mut names = Vec::new();
            $(
                client.$name($($argument),*).await.ok();
                names.push(stringify!($name));
            )*
            names
        }
    };
}
pub(crate) use every;

#[tokio::test]
async fn each_operation_is_a_method_that_asks_for_exactly_that() {
    let server = StandIn::start([say(200, "", "{}")]).await;
    let names = call_every(&server.client()).await;
    let heard = server.heard();
    assert_eq!(names.len(), heard.len(), "each asks once");
    let mut asked: BTreeMap<&str, &String> = names.into_iter().zip(&heard).collect();
    for (path, method, operation) in described() {
        let name = operation["operationId"].as_str().unwrap();
        let request = asked.remove(name).unwrap_or_else(|| panic!("there is no `{name}`"));
        let (line, rest) = request.split_once("\r\n").unwrap();
        let line = line.strip_suffix(" HTTP/1.1").unwrap();
        let line = line.split('?').next().unwrap();
        let filled = path.replace('{', "%7B").replace('}', "%7D");
        assert_eq!(line, format!("{} {filled}", method.to_uppercase()), "{name}");
        let body = rest.split_once("\r\n\r\n").unwrap().1;
        assert_eq!(body.is_empty(), operation.get("requestBody").is_none(), "{name}: {body}");
        assert_eq!(rest.contains("content-type: application/json"), !body.is_empty(), "{name}");
    }
    assert!(asked.is_empty(), "the API has no {:?}", asked.keys());
}

#[tokio::test]
async fn the_query_is_what_was_said_and_nothing_else_can_be_said() {
    let server = StandIn::start([say(200, "", "{}")]).await;
    let client: Client = server.client();
    let call = client.get_admin_users().query("q", "a&b=c d/é").query("limit", 10);
    call.await.unwrap();
    client.delete_admin_roles_role("editor").query("force", true).await.unwrap();
    let call = client.get_admin_users().query("colour", "red");
    assert!(matches!(call.await, Err(keyward_client::Error::Misuse(_))));
    let heard = server.heard();
    let lines: Vec<_> = heard.iter().map(|request| request.lines().next().unwrap()).collect();
    let wanted = "GET /api/v1/admin/users?q=a%26b%3Dc%20d%2F%C3%A9&limit=10 HTTP/1.1";
    assert_eq!(lines, [wanted, "DELETE /api/v1/admin/roles/editor?force=true HTTP/1.1"]);
}

fn described() -> Vec<(String, String, Value)> {
    let description: Value = serde_json::from_str(DESCRIPTION).unwrap();
    let paths = description["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().iter();
            methods.map(|(method, operation)| (path.clone(), method.clone(), operation.clone()))
        })
        .collect()
}
