//! A library app's database, opened by the server.

use keyward::{HashPolicy, Keyward, NewPerson, Secret};

use crate::server::{PASSWORD, Place};

#[test]
fn an_apps_sqlite_file_keeps_its_sessions_and_cookies() {
    let place = Place::new();
    let path = place.path("app.db");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (cookie, token, user) = runtime.block_on(async {
        let auth = Keyward::sqlite(&path)
            .hashing(HashPolicy::CHEAPEST, 1)
            .public_url("http://localhost:3000")
            .build()
            .await
            .unwrap();
        let person = NewPerson {
            email: Some("ada@example.com".into()),
            password: Some(Secret::new(PASSWORD)),
            verified: true,
            ..NewPerson::default()
        };
        let ada = auth.add_person(person).await.unwrap().unwrap();
        let opened = auth.sign_in_user(&ada.id).await.unwrap().unwrap();
        auth.shutdown().await;
        (opened.set_cookie().to_owned(), opened.token().reveal().to_owned(), ada.id.to_string())
    });
    let url = format!("sqlite://{}", path.display());
    let server = place.start(&["serve", "--data-dir", "data", "--database-url", &url]);
    for client in [server.client().cookie(&cookie), server.client().bearer(&token)] {
        let session = client.get("/api/v1/session");
        assert_eq!(session.status, 200, "{}", session.body);
        assert_eq!(session.json()["user"]["id"], user);
    }
    assert_eq!(server.client().sign_in("ada@example.com").status, 200, "and the password");
    assert_eq!(server.client().get("/api/v1/session").status, 401, "nobody else is signed in");
}
