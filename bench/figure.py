#!/usr/bin/env python3
"""Takes a picture out of a report: `figure.py report.html HEADING [NUMBER] > picture.svg`: the picture of that number (default 1) in the section under that heading, with the page's light colors."""
import re, sys


def outermost(text):
    """The svg elements that no other contains: a plot clips its lines by an inner one."""
    found, depth, start = [], 0, 0
    for tag in re.finditer(r"<svg\b[^>]*?(/?)>|</svg>", text):
        if tag.group(0) == "</svg>":
            depth -= 1
            if depth == 0:
                found.append(text[start:tag.end()])
        elif not tag.group(1):
            if depth == 0:
                start = tag.start()
            depth += 1
    return found


def main():
    page, heading, number = open(sys.argv[1], encoding="utf-8").read(), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 1
    sections = re.findall(r"<section>.*?</section>", page, re.S)
    found = [s for s in sections if re.search(rf"<h2[^>]*>{re.escape(heading)}</h2>", s)]
    pictures = outermost(found[0]) if found else []
    if number > len(pictures):
        headings = [h for s in sections for h in re.findall(r"<h2[^>]*>(.*?)</h2>", s)]
        sys.exit(f"expected picture {number} under a heading among {headings}, found {len(pictures)} under '{heading}'")
    # Only the light colors: a picture in a page of another design does not follow its dark mode.
    style = re.search(r"<style>(.*?)</style>", page, re.S).group(1)
    style = re.sub(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", style)
    svg = pictures[number - 1]
    if "xmlns=" not in svg[:200]:
        svg = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    end = svg.index(">") + 1
    sys.stdout.write(svg[:end] + f"<style>{style}</style><rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>" + svg[end:] + "\n")


if __name__ == "__main__":
    main()
