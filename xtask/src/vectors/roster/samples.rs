//! Rows of each kind, with which the comparison is tested: that it sees a difference.

/// A file, its text, and what to replace in it so that one row differs.
type Sample = (&'static str, &'static str, [&'static str; 2]);

/// A row of each kind, and what to change in it so that it differs.
pub(super) const SAMPLES: &[Sample] = &[
    (
        "acl_decisions.json",
        r#"{"cases": [{"user": null, "groups": ["a"], "permission": "p", "global_context": null,
            "local_context": [["deny", "b", ["p"]], ["allow", "a", ["p"]]], "expected": true}]}"#,
        ["\"a\"", "\"b\""],
    ),
    (
        "aiohttp_acl.json",
        r#"{"cases": [{"user": "u", "acl_groups": [], "permission": "p", "local_context": null,
            "global_context": [["Allow", "@AuthenticatedUser", ["p"]]], "result": true}]}"#,
        ["\"u\"", "null"],
    ),
    (
        "aiohttp_http.json",
        r#"{"transcript": [{"flow": "cookie", "request": "GET /edit", "status": 403,
            "body": "403: Forbidden", "set_cookie": [], "www_authenticate": null}]}"#,
        ["/edit", "/"],
    ),
    (
        "asok.json",
        r#"{"sign": [{"secret": "test-secret-key-for-auth-tests-0123456789", "value": "hello",
            "signed":
            "hello.2ffb341504495f81cc231f7ab1c27fa59288705cd17314dbe5dcea3fc23a2d1d"}]}"#,
        ["\"hello\"", "\"hallo\""],
    ),
    (
        "asok.json",
        r#"{"sign": [{"secret": "test-secret-key-for-auth-tests-0123456789", "value": "hello",
            "signed":
            "hello.2ffb341504495f81cc231f7ab1c27fa59288705cd17314dbe5dcea3fc23a2d1d"}],
            "magic": [{"email": "alice@example.com", "expires_in": 3600, "token":
            "alice@example.com|1700003600.babb26941a321fbe49cd1d62ea83f998b2d1083c666c9231c26f41e996facdde",
            "verify": [], "first": "alice@example.com", "second_use": null}]}"#,
        ["\"second_use\": null", "\"second_use\": \"alice@example.com\""],
    ),
    (
        "asok.json",
        r#"{"magic": [{"email": "late@example.com", "expires_in": 60, "at": 60,
            "result": "late@example.com"}]}"#,
        ["\"at\": 60", "\"at\": 61"],
    ),
    ("asok.json", r#"{"rbac": [["posts.*", "posts.edit", true]]}"#, ["true", "false"]),
    ("asok.json", r#"{"rbac_user": [["two roles union", true]]}"#, ["true", "false"]),
    ("asok.json", r#"{"rbac_user": [["role string \"editor\"", false]]}"#, ["false", "true"]),
    ("asok.json", r#"{"oauth_callback_state": [["a", "a", "signed in"]]}"#, ["\"a\"", "\"b\""]),
    (
        "asok.json",
        r#"{"oauth_callback_state": [[null, "a", "AuthError: OAuth state validation failed"]]}"#,
        ["AuthError", "signed in"],
    ),
    (
        "asok.json",
        r#"{"oauth_userinfo_normalise": [{"provider": "github", "raw": {"id": 5, "login": "l"},
            "email": "a@example.com", "result": {"provider": "github", "provider_id": "5",
            "email": "a@example.com", "name": "l", "picture": null,
            "raw": {"id": 5, "login": "l"}}}]}"#,
        ["\"name\": \"l\"", "\"name\": \"m\""],
    ),
    (
        "asok.json",
        r#"{"totp_secret_encryption": {"master_key": "my-super-secret-master-key", "encrypted":
            "b1659cb07502f42f1fb7b76399a0c2c7$a26f498417229c5972af93445bbdf320$9ce37cc849e889193257489766df70f5$0c3a1f7a229048e0156f9d49387f6cf8e0477f662a3e9dd380f5e3232c102e95",
            "decrypts": "JBSWY3DPEHPK3PXP", "wrong_key": null}}"#,
        ["JBSWY3DPEHPK3PXP", "JBSWY3DPEHPK3PXQ"],
    ),
    (
        "asok.json",
        r#"{"backup_code": {"hash":
            "0399738dc837d1a8f6223b92ff7fead4$ea7aca9f8c0c40d65a1a935ee956c853585bd8a6eb0b79145569dc0c05250906",
            "verify": {"abcd-efgh": true}}}"#,
        ["true", "false"],
    ),
    (
        "asok.json",
        r#"{"totp_verify": {"secret": "JBSWY3DPEHPK3PXP", "now": 1700000010,
            "codes": {"0": "367665"}, "inputs": {"367 665": true}}}"#,
        ["true", "false"],
    ),
    (
        "asok.json",
        r#"{"totp_uri": "otpauth://totp/A%3Ab?secret=JBSWY3DPEHPK3PXP&issuer=A&digits=6"}"#,
        ["digits=6", "digits=8"],
    ),
    (
        "asok_rbac.json",
        r#"{"cases": [{"test": "t", "is_admin": false, "roles": ["posts.*", null],
            "permission": "posts.edit", "expected": true}]}"#,
        ["true", "false"],
    ),
    (
        "asyncauth_crypto.json",
        r#"{"asyncauth_password": {"vectors": []}, "sanic_security_password": {"vectors": [],
            "needs_rehash": []}, "asyncauth_jwt": [{"secret": "05jF8cSMAdjlXcXeS2ZJUHg7Tbyu",
            "claims": {"date_created": "2021-04-04 12:00:00.123456+00:00",
            "uid": "c0bc0b14-e62f-11f1-803c-02fc00000001", "ip": "127.0.0.1"},
            "token_pyjwt_2_15": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJkYXRlX2NyZWF0ZWQiOiIyMDIxLTA0LTA0IDEyOjAwOjAwLjEyMzQ1NiswMDowMCIsInVpZCI6ImMwYmMwYjE0LWU2MmYtMTFmMS04MDNjLTAyZmMwMDAwMDAwMSIsImlwIjoiMTI3LjAuMC4xIn0.lV4XdbF-guIswGxPo2gch0POI5a0SilogOG32TyR4pk"}]}"#,
        ["127.0.0.1", "127.0.0.2"],
    ),
    (
        "asyncauth_crypto.json",
        r#"{"asyncauth_password": {"vectors": []}, "sanic_security_password": {"vectors": [],
            "needs_rehash": []}, "sanic_security_jwt": [{"secret": "This is a big secret. Shhhhh",
            "claims": {"id": "60d51ea8-6f72-4ee7-b8c5-9b6a26663409",
            "date_created": "2026-11-22 04:32:22.145803+00:00",
            "expiration_date": "2026-11-23 04:32:22.145331+00:00", "bearer": null,
            "ip": "127.0.0.1"},
            "token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpZCI6IjYwZDUxZWE4LTZmNzItNGVlNy1iOGM1LTliNmEyNjY2MzQwOSIsImRhdGVfY3JlYXRlZCI6IjIwMjYtMTEtMjIgMDQ6MzI6MjIuMTQ1ODAzKzAwOjAwIiwiZXhwaXJhdGlvbl9kYXRlIjoiMjAyNi0xMS0yMyAwNDozMjoyMi4xNDUzMzErMDA6MDAiLCJiZWFyZXIiOm51bGwsImlwIjoiMTI3LjAuMC4xIn0.NV6XYtUtbbaJtCYaEh3nmuCpm1o0UsD42NQxmXQTFoY"}]}"#,
        ["null", "\"x\""],
    ),
    (
        "asyncauth_wildcard.json",
        r#"{"rows": [{"granted": "a:*", "required": "a:b", "asyncauth_fnmatch": true,
            "sanic_security_check_wildcard": true}]}"#,
        ["true", "false"],
    ),
    (
        "authnzerver_permissions.json",
        r#"{"policy": {"roles": ["guest"], "item_policy": {"dataset": {"valid_role_actions": ["view"],
            "valid_visibilities": ["public"], "invalid_roles": []}}, "role_policy": {"guest":
            {"limits": {"rows": {"type": "max", "limit": 5}}, "can_own_items": [],
            "allowed_actions_for_owned": [],
            "allowed_actions_for_other": {"public": ["view"]}}}}, "limits": [], "edge_cases": [], "rows":
            [["guest", 2, "view", "dataset", "public", 9, null, true]]}"#,
        ["\"invalid_roles\": []", "\"invalid_roles\": [\"guest\"]"],
    ),
    (
        "authnzerver_policy.json",
        r#"{"model": {"roles": ["guest"], "item_policy": {"dataset": {"valid_role_actions": ["view"],
            "valid_visibilities": ["public"], "invalid_roles": []}}, "role_policy": {"guest":
            {"limits": {"rows": {"type": "max", "limit": 5}}, "can_own_items": [],
            "allowed_actions_for_owned": [],
            "allowed_actions_for_other": {"public": ["view"]}}}}, "limits": [["guest", "rows", 6, false]],
            "upstream_tests": [], "cases": []}"#,
        ["\"limit\": 5", "\"limit\": 7"],
    ),
    (
        "authzen_interop.json",
        r#"{"todo": {"users": {}, "evaluation": [], "evaluations": []}, "search": {"users":
            {"ann": {"role": "employee", "department": "Legal"}}, "records": {"1":
            {"department": "Legal", "owner": "bob"}}, "cases": {"subject": [], "action": [],
            "resource": [{"request": {"subject": {"id": "ann"}, "action": {"name": "view"}},
            "expected": {"results": [{"type": "record", "id": "1"}]}}]}}}"#,
        ["[{\"type\": \"record\", \"id\": \"1\"}]", "[]"],
    ),
    (
        "basic_header.json",
        r#"{"basic": [{"name": "n", "authorization": "Basic dTpw",
            "parsed": [["basic", "u", "p"]], "expect": "parsed"}]}"#,
        ["\"p\"", "\"q\""],
    ),
    (
        "casbin_rbac.json",
        r#"{"cases": [{"test": "t", "requests": [{"request": ["ada", "data", "read"],
            "expected": true}], "policy": "p, admin, data, read\ng, ada, admin", "model":
            "[request_definition]\nr = sub, obj, act\n[policy_definition]\np = sub, obj, act\n[policy_effect]\ne = some(where (p.eft == allow))\n[matchers]\nm = g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act"
            }]}"#,
        ["g, ada", "g, bob"],
    ),
    (
        "pyramid_acl.json",
        r#"{"cases": [{"lineage_root_first": [[["allow", "ada", "*"]], null],
            "principals": ["@everyone", "ada"], "permission": "p", "expected": true,
            "because": [0, 0]}]}"#,
        ["[0, 0]", "[1, 0]"],
    ),
    (
        "relation_tuples.json",
        r#"{"cases": [{"name": "n", "model": {"user": {}, "doc": {"viewer": ["this", "user"]}},
            "tuples": [["doc:1", "viewer", "user:ada"]], "checks": [{"object": "doc:1",
            "relation": "viewer", "user": "user:ada", "expected": true}]}]}"#,
        ["true", "\"error\""],
    ),
    (
        "shiro_wildcard.json",
        r#"{"cases": [{"group": "g", "case_sensitive": true, "granted": "a,b", "requested": "b",
            "implies": true}]}"#,
        ["a,b", "a,B"],
    ),
    (
        "starlette_scopes.json",
        r#"{"cases": [{"required": ["a"], "held": ["a", "b"], "expected": true}]}"#,
        ["[\"a\"]", "[\"c\"]"],
    ),
];

/// A row of each kind that is mended, and what to change in it so that it differs all the
/// same.
pub(super) const MENDED: &[Sample] = &[
    (
        "aiohttp_http.json",
        r#"{"transcript": [{"flow": "cookie",
            "request": "GET /login?username=alice&password=alice_password", "status": 200,
            "body": "Ok", "set_cookie": ["AUTH_TKT=<v>; Path=/"], "www_authenticate": null}]}"#,
        ["\"Ok\"", "\"No\""],
    ),
    (
        "asok.json",
        r#"{"totp_verify": {"secret": "JBSWY3DPEHPK3PXP", "now": 1700000010,
            "codes": {"0": "367665"}, "same_code_twice": [true, true]}}"#,
        ["[true, true]", "[false, true]"],
    ),
    (
        "asok.json",
        r#"{"totp_uri": "otpauth://totp/My%20Site%3Ab?secret=JBSWY3DPEHPK3PXP&issuer=My+Site"}"#,
        ["My+Site", "Your+Site"],
    ),
    (
        "asok.json",
        r#"{"magic": [{"email": "7", "expires_in": 60, "at": 1, "result": "7"}]}"#,
        // By another address it would be a link, and the answer another one.
        ["\"email\": \"7\"", "\"email\": \"8@example.com\""],
    ),
    (
        "asok.json",
        r#"{"rbac_user": [["role string \"Administrator\"", true]]}"#,
        ["Administrator", "editor"],
    ),
    (
        "asok.json",
        r#"{"oauth_userinfo_normalise": [{"provider": "google", "raw": {}, "email": null,
            "result": {"provider": "google", "provider_id": "None", "email": null,
            "name": null, "picture": null, "raw": {}}}]}"#,
        ["\"None\"", "\"5\""],
    ),
    (
        "asok.json",
        r#"{"oauth_userinfo_normalise": [{"provider": "google", "raw": {"sub": "123",
            "email": "a@b", "picture": "P"}, "email": "a@b", "result": {"provider": "google",
            "provider_id": "123", "email": "a@b", "name": null, "picture": "P",
            "raw": {"sub": "123", "email": "a@b", "picture": "P"}}}]}"#,
        ["\"name\": null", "\"name\": \"N\""],
    ),
    (
        "ticket_policy.json",
        r#"{"reissue": [], "flows": [{"path": "/getforget", "decoded": {"user": "some_user"}}]}"#,
        ["/getforget", "/gone"],
    ),
    (
        "ticket_policy.json",
        r#"{"reissue": [], "flows": [{"path": "/getremember", "decoded": {"user": "some_user"}}]}"#,
        ["/getremember", "/nowhere"],
    ),
];
