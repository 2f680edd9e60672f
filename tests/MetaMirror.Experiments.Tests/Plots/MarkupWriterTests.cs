using System.Xml.Linq;
using MetaMirror.Experiments.Plots;

namespace MetaMirror.Experiments.Tests.Plots;

public sealed class MarkupWriterTests
{
    [Theory]
    [InlineData("</script><script>alert(1)</script>")]
    [InlineData("\" onload=\"x")]
    [InlineData("' & < > \"")]
    [InlineData("]]>")]
    [InlineData("line\nbreak and\ttab")]
    [InlineData("größe θ → 数")]
    public void Any_text_comes_back_as_it_was(string hostile)
    {
        var element = XElement.Parse(Written(hostile), LoadOptions.PreserveWhitespace);
        Assert.Equal(hostile, element.Value);
        Assert.Equal(hostile.Replace('\n', ' ').Replace('\t', ' '), element.Attribute("a")!.Value);
    }

    [Theory]
    [InlineData("a\0b")]
    [InlineData("a\u001Bb")]
    [InlineData("a\uFFFEb")]
    [InlineData("a\u202Eb")]
    public void Forbidden_characters_are_replaced(string hostile) => Assert.Equal("a\uFFFDb", XElement.Parse(Written(hostile)).Value);

    [Fact]
    public void Half_a_character_is_replaced() => Assert.Equal("a\uFFFDb", MarkupWriter.Escape(string.Concat("a", ((char)0xD800).ToString(), "b")));

    [Fact]
    public void Closing_too_often_is_refused() => Assert.Throws<InvalidOperationException>(() => new MarkupWriter(TextWriter.Null).Close());

    [Fact]
    public void Null_attributes_are_left_out()
    {
        using var text = new StringWriter();
        new MarkupWriter(text).Empty("br", ("class", null));
        Assert.Equal("<br />\n", text.ToString());
    }

    private static string Written(string content)
    {
        using var text = new StringWriter();
        new MarkupWriter(text).Element("p", content, ("a", content));
        return text.ToString();
    }
}
