//! Over TLS, to whom can be trusted and to nobody else.

use std::sync::Arc;

use keyward_client::{Builder, Client, Error, Retries};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::kit;

#[tokio::test]
async fn a_server_is_believed_by_its_certificate() {
    let (pem, acceptor) = authority("localhost");
    let port = serve(acceptor).await;
    let at = |host: &str| {
        let retries = Retries { times: 0, ..Retries::default() };
        Client::builder(&format!("https://{host}:{port}")).retries(retries)
    };
    let ask = async |client: Builder| client.build().unwrap().get_config().await;
    let found = ask(at("localhost").root_certificates(pem.clone())).await.unwrap();
    assert_eq!(found["answered"], true);
    // Nobody vouches for it; or for another name only.
    for client in [at("localhost"), at("127.0.0.1").root_certificates(pem)] {
        let error = ask(client).await.unwrap_err();
        assert!(matches!(error, Error::Unreachable(_)), "{error:?}");
    }
    for odd in ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        assert!(at("localhost").root_certificates(odd).build().is_err(), "{odd}");
    }
}

/// A certificate authority as PEM, and a server that it vouches for.
fn authority(name: &str) -> (String, TlsAcceptor) {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let issuer = Issuer::new(params, key);
    let own = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new([name.to_owned()]).unwrap().signed_by(&own, &issuer).unwrap();
    let private = PrivateKeyDer::try_from(own.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], private)
        .unwrap();
    (certificate.pem(), TlsAcceptor::from(Arc::new(config)))
}

/// Answers everybody alike; gives the port.
async fn serve(acceptor: TlsAcceptor) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            kit::read(&mut stream).await;
            let body = "{\"answered\":true}";
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
            stream.write_all(format!("{head}{body}").as_bytes()).await.ok();
            stream.shutdown().await.ok();
        }
    });
    port
}
