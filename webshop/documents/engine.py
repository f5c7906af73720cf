"""WeasyPrint, set up once per process and used by one thread at a time.

Only the worker comes here, through `documents.pdf`: the library costs memory, seconds and C libraries that a web
process does not need.
"""

import threading
from functools import cache

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from webshop import paths
from webshop.documents.errors import RefusedResource

PACKAGED = {
    f"packaged:{name}": paths.STATIC / "vendor" / "kern" / "fonts" / name
    for name in ("FiraSans-Regular.woff2", "FiraSans-Medium.woff2", "FiraSans-SemiBold.woff2")
}
"""All that a document may load: a name and the file behind it."""

_one_at_a_time = threading.Lock()

# PDF/UA-1 beside PDF/A-3a: WeasyPrint writes one variant, so the mark and its extension schema are added (ISO 19005-3, 6.6.2.3).
_UA_MARK = b"""\
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the document follows</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""


class PackagedFiles(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
    """Serves the packaged files by name and refuses everything else (S-25): no network, no file system, no data URLs."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=set(), allow_redirects=False, fail_on_errors=True)

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """The packaged file of that name; ValueError for any other address."""
        path = PACKAGED.get(url)
        if path is None:
            raise ValueError("not a packaged file")
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "font/woff2"})


@cache
def _style(stylesheet: str) -> tuple[CSS, FontConfiguration]:
    """The style sheet with its fonts, read once; made after the worker has forked."""
    fonts = FontConfiguration()
    source = (paths.TEMPLATES / "pdf" / stylesheet).read_text(encoding="utf-8")
    return CSS(string=source, base_url="packaged:", url_fetcher=PackagedFiles(), font_config=fonts), fonts


def write(html: str, stylesheet: str) -> bytes:
    """A tagged PDF/A-3a and PDF/UA-1; RefusedResource where the page wants anything that is not packaged."""
    try:
        with _one_at_a_time:
            css, fonts = _style(stylesheet)
            page = HTML(string=html, base_url="packaged:", url_fetcher=PackagedFiles())
            document = page.render(font_config=fonts, stylesheets=[css], pdf_variant="pdf/a-3a", pdf_tags=True)
            plain = document.metadata.generate_rdf_metadata

            def marked(*args: object) -> bytes:
                rdf: bytes = plain(*args)
                return rdf.replace(b"</rdf:RDF>", _UA_MARK + b"</rdf:RDF>")

            document.metadata.generate_rdf_metadata = marked
            pdf: bytes = document.write_pdf(pdf_variant="pdf/a-3a", pdf_tags=True)
            return pdf
    except FatalURLFetchingError as error:  # a BaseException: it must not end the worker
        raise RefusedResource("the document asks for something that is not packaged") from error
