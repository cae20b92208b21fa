//! Letters: what people read in the mails and text messages we send.

use keyward::testing::{CHEAP, PASSWORD, TestAuth};
use keyward::{Channel, Keyward};
use scraper::{Html, Selector};

use crate::golden::check;

const LANGUAGES: [&str; 2] = ["en", "de"];

async fn kit() -> TestAuth {
    TestAuth::with(|b| b.public_url("https://auth.example.com")).await
}

#[tokio::test]
async fn every_letter_reads_as_reviewed() {
    let t = kit().await;
    for name in Keyward::letter_names() {
        for language in LANGUAGES {
            let preview = |channel| t.kw.letter_preview(name, channel, language).unwrap().unwrap();
            let mail = preview(Channel::Mail);
            let text = format!("Subject: {}\n\n{}", mail.subject, mail.text);
            check(&format!("letters/{name}.{language}.txt"), &text);
            check(&format!("letters/{name}.{language}.html"), &mail.html);
            let sms = preview(Channel::Sms);
            assert_eq!((sms.subject.as_str(), sms.html.as_str()), ("", ""), "{name}");
            check(&format!("letters/{name}.{language}.sms"), &sms.text);
        }
    }
    assert!(t.kw.letter_preview("unheard-of", Channel::Mail, "en").unwrap().is_none());
}

/// What a mail program may have to fetch, or would not show.
#[tokio::test]
async fn a_mail_loads_nothing_and_says_the_same_in_both_parts() {
    let t = kit().await;
    for name in Keyward::letter_names() {
        for language in LANGUAGES {
            let mail = t.kw.letter_preview(name, Channel::Mail, language).unwrap().unwrap();
            let page = Html::parse_document(&mail.html);
            assert_eq!(format!("{:?}", page.quirks_mode), "NoQuirks", "{name}");
            let count = |what: &str| page.select(&Selector::parse(what).unwrap()).count();
            assert_eq!(count("img, script, link, iframe, form, object, svg, [background]"), 0);
            assert_eq!(count("h1"), 1, "{name}");
            assert!(!mail.html.contains("url(") && !mail.html.contains("@import"), "{name}");
            for link in page.select(&Selector::parse("[href]").unwrap()) {
                assert_eq!(link.attr("href"), mail.link.as_deref(), "{name}");
            }
            for secret in mail.code.iter().chain(&mail.link) {
                let shown: String = page.root_element().text().collect();
                assert!(shown.contains(secret), "{name} shows {secret}");
                assert!(mail.text.contains(secret), "{name} says {secret}");
            }
        }
    }
}

/// How much two colours differ: WCAG 2.2, relative luminance.
fn contrast(one: &str, other: &str) -> f64 {
    let light = |colour: &str| -> f64 {
        let part = |at: usize| {
            let byte = u8::from_str_radix(&colour[at..at + 2], 16).unwrap();
            let part = f64::from(byte) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    };
    let (one, other) = (light(one), light(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// The colour of a class in the style sheet, which is for the dark, or in the
/// style attribute of the first element that has it.
fn colour<'a>(html: &'a str, class: &str, property: &str, dark: bool) -> &'a str {
    let mark = if dark { format!("\n.{class} {{") } else { format!("class=\"{class}\"") };
    let (_, rest) = html.split_once(&mark).unwrap();
    let line = rest.lines().next().unwrap();
    let marks = [format!("\"{property}:"), format!(";{property}:"), format!(" {property}: ")];
    let after = marks.iter().find_map(|mark| line.split_once(mark)).unwrap().1;
    &after[..7]
}

#[tokio::test]
async fn codes_and_links_can_be_read_by_day_and_by_night() {
    let t = kit().await;
    let mail = t.kw.letter_preview("verify", Channel::Mail, "en").unwrap().unwrap().html;
    for dark in [false, true] {
        for (ink, ground) in [
            ("ink", "card"),
            ("soft", "card"),
            ("link", "card"),
            ("code", "code"),
            ("button", "button"),
        ] {
            let (ink, ground) =
                (colour(&mail, ink, "color", dark), colour(&mail, ground, "background", dark));
            assert!(contrast(ink, ground) >= 4.5, "{ink} on {ground}, dark: {dark}");
        }
    }
}

#[tokio::test]
async fn what_people_call_themselves_is_not_written_into_letters() {
    let t = TestAuth::new().await;
    let ada = t.pages();
    let name = "<b>You won</b> http://evil.example {{ 7*7 }}";
    let fields = [("name", name), ("email", "ada@example.com"), ("password", PASSWORD)];
    assert_eq!(ada.form("/signup", &fields).await.status(), 303);
    t.code_for("ada@example.com").await;
    let mail = t.kw.inbox().unwrap().last_to("ada@example.com").unwrap();
    for part in [&mail.subject, &mail.text, &mail.html] {
        assert!(!part.contains("evil") && !part.contains("won"), "{part}");
    }
}

#[tokio::test]
async fn a_brand_is_text_wherever_it_stands() {
    let brand = "<Ada> & \"Söhne\" {code} {{ 7*7 }}";
    let t = TestAuth::with(|b| b.settings(|s| s.brand = brand.into())).await;
    let mail = t.kw.letter_preview("recover", Channel::Mail, "en").unwrap().unwrap();
    assert!(mail.text.contains(brand), "{}", mail.text);
    assert!(mail.subject.contains(brand), "{}", mail.subject);
    let page = Html::parse_document(&mail.html);
    let shown: String = page.root_element().text().collect();
    assert!(shown.contains(brand), "{shown}");
    assert_eq!(page.select(&Selector::parse("ada").unwrap()).count(), 0);
}

async fn replaced(name: &str, source: &str) -> Result<Keyward, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), source).unwrap();
    let built = Keyward::memory().hashing(CHEAP, 1).templates(folder.path()).build().await;
    built.map_err(|error| format!("{error:?}"))
}

#[tokio::test]
async fn an_operator_replaces_all_letters_or_one_and_a_bad_one_stops_the_start() {
    let all = replaced("mail.txt", "{{ brand }} says {{ letter }}").await.unwrap();
    let text =
        |kw: &Keyward, name| kw.letter_preview(name, Channel::Mail, "en").unwrap().unwrap().text;
    assert_eq!(text(&all, "verify"), "Keyward says verify\n");
    assert_eq!(text(&all, "recover"), "Keyward says recover\n");
    let one = replaced("mail_verify.txt", "Code: {{ code }}").await.unwrap();
    assert_eq!(text(&one, "verify"), "Code: 123456\n");
    assert!(text(&one, "recover").starts_with("Someone asked"));
    for (name, source) in [
        ("mail_unheard_of.html", ""),
        ("mail_verify.html", "{{ nothing_of_ours }}"),
        ("sms.txt", "{% if"),
        ("mail.txt", "{{ t(\"no.such.text\") }}"),
    ] {
        let why = replaced(name, source).await.unwrap_err();
        assert!(why.contains("template") || why.contains("render"), "{name}: {why}");
    }
}
