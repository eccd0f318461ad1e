"""Files of listings as sellers have them, made here: by Excel, Google Sheets, Numbers, LibreOffice, and by Amazon."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape


class Failed(str):
    """The error of a formula, such as `#N/A`."""


Cell = str | int | float | bool | None
Rows = Sequence[Sequence[Cell]]
_ODS_FAILED = ' table:formula="of:=IF(1>0;NA();0)" calcext:value-type="error" office:string-value=""'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def lines(rows: Rows, separator: str = ",", end: str = "\r\n") -> str:
    """Return the rows as a text; a cell is quoted where it has to be, as spreadsheets do."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator=end).writerows(
        ["" if cell is None else cell for cell in row] for row in rows
    )
    return text.getvalue()


def in_shift_jis(text: str) -> bytes:
    """Return a text as Windows stores it: its yen sign is a backslash there."""
    return text.replace("¥", "\\").encode("cp932")


def workbook(
    sheets: Mapping[str, Rows],
    *,
    hidden: Sequence[str] = (),
    merged: str = "",
    formulas: Mapping[str, str] | None = None,
) -> bytes:
    """Return an .xlsx. `merged`: a range of the first sheet; `formulas`: of its cells, which keep their value."""
    names = list(sheets)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml"'
        ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
        + "".join(
            f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"'
            + (' state="hidden"/>' if name in hidden else "/>")
            for number, name in enumerate(names, 1)
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="rId{number}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{number}.xml"/>'
            for number, _ in enumerate(names, 1)
        )
        + "</Relationships>",
    }
    for number, rows in enumerate(sheets.values(), 1):
        told = formulas or {} if number == 1 else {}
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'<worksheet xmlns="{_MAIN}"><sheetData>'
            + "".join(_row(place, row, told) for place, row in enumerate(rows, 1))
            + "</sheetData>"
            + (f'<mergeCells><mergeCell ref="{merged}"/></mergeCells>' if merged and number == 1 else "")
            + "</worksheet>"
        )
    return zipped(parts)


def _row(place: int, row: Sequence[Cell], formulas: Mapping[str, str]) -> str:
    cells = [_cell(f"{chr(65 + column)}{place}", cell, formulas) for column, cell in enumerate(row)]
    return f'<row r="{place}">{"".join(cells)}</row>'


def _cell(name: str, value: Cell, formulas: Mapping[str, str]) -> str:
    formula = f"<f>{escape(formulas[name])}</f>" if name in formulas else ""
    if value is None:
        return ""
    if isinstance(value, bool):
        return f'<c r="{name}" t="b">{formula}<v>{int(value)}</v></c>'
    if isinstance(value, Failed):
        return f'<c r="{name}" s="1" t="e"><f>VLOOKUP(A1,Z:Z,1,FALSE)</f><v>{escape(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{name}">{formula}<v>{value}</v></c>'
    if formula:
        return f'<c r="{name}" t="str">{formula}<v>{escape(value)}</v></c>'
    return f'<c r="{name}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def ods(rows: Rows) -> bytes:
    """Return a sheet of LibreOffice."""
    office, table, text = (f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("office", "table", "text"))
    calcext = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell{_ODS_FAILED if isinstance(cell, Failed) else ""} office:value-type="string">'
            f"<text:p>{escape(str(cell or ''))}</text:p></table:table-cell>"
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    content = (
        f'<office:document-content xmlns:office="{office}" xmlns:table="{table}" xmlns:text="{text}"'
        f' xmlns:calcext="{calcext}"><office:body>'
        f'<office:spreadsheet><table:table table:name="出品">{cells}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    mime = "application/vnd.oasis.opendocument.spreadsheet"
    return zipped({"mimetype": mime, "content.xml": content, "META-INF/manifest.xml": manifest})


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return data.getvalue()


def bomb(megabytes: int) -> bytes:
    """Return a workbook of a few kilobytes whose only sheet is this large."""
    sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>' + " " * (megabytes * 1_000_000) + "</sheetData></worksheet>"
    whole = workbook({"s": [["sku"]]})
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    return zipped(parts | {"xl/worksheets/sheet1.xml": sheet})


def encrypted() -> bytes:
    """Return the beginning of a workbook with a password: an OLE file with an encrypted package in it."""
    head = bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 16 + bytes.fromhex("3e000300feff0900")
    return head + b"\x00" * 480 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 4_000


JAPANESE = ["出品者SKU", "仕入れ元URL", "商品名", "販売価格", "数量", "出品中"]
SHOPS = "https://jp.mercari.com/shops/product/2JHxNpDcYgWvQmRtZkB7sf"


def offers(count: int = 3, first: int = 1) -> list[list[Cell]]:
    """Return rows below `JAPANESE`, as people write them."""
    return [
        [
            f"JP-{number:03}",
            f"https://jp.mercari.com/item/m{10_000_000_000 + number}?source_location=share&utm_source=ios",
            f"ソニー ヘッドホン WH-{number:04}",
            f"¥{12_800 + number:,}",
            "１",
            "はい",
        ]
        for number in range(first, first + count)
    ]


AMAZONS = [
    *("商品名", "出品ID", "出品者SKU", "価格", "数量", "出品日", "商品IDタイプ", "コンディション説明"),
    *("コンディション", "国外へ配送可", "迅速な配送", "商品ID", "在庫数", "フルフィルメント・チャンネル"),
    *("merchant-shipping-group", "ステータス"),
]


def amazons(number: int) -> list[Cell]:
    """Return a row of Amazon's report of all listings."""
    return [
        *(
            f"ソニー ヘッドホン {number}",
            f"1125ABC{number:03}",
            f"AM-{number:03}",
            12_800,
            1,
            "2026/10/21 10:02:33 JST",
            1,
        ),
        *("目立つ傷なし", 2, None, None, f"B00TEST{number:03}", None, "DEFAULT", "送料無料", "Active"),
    ]
