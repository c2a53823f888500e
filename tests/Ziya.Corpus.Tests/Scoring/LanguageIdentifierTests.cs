using Ziya.Corpus.Scoring;

namespace Ziya.Corpus.Tests.Scoring;

public sealed class LanguageIdentifierTests
{
    private static readonly LanguageIdentifier Identifier = LanguageIdentifier.Default;

    // Written for this test.
    [Theory]
    [InlineData("en", "The ferry was late again, so we sat on the wall and counted gulls until the rain drove us back inside.")]
    [InlineData("zh", "渡船又晚点了，我们坐在堤上数海鸥，直到雨把我们赶回屋里。")]
    [InlineData("de", "Die Fähre hatte schon wieder Verspätung, also setzten wir uns auf die Mauer und zählten Möwen, bis der Regen kam.")]
    [InlineData("fr", "Le bac était encore en retard, alors nous nous sommes assis sur le mur pour compter les mouettes jusqu'à la pluie.")]
    [InlineData("es", "El barco volvió a llegar tarde, así que nos sentamos en el muro y contamos gaviotas hasta que empezó a llover.")]
    [InlineData("pt", "A balsa atrasou outra vez, então ficamos sentados no muro contando gaivotas até que a chuva nos mandou para dentro.")]
    [InlineData("it", "Il traghetto era di nuovo in ritardo, così ci siamo seduti sul muretto a contare i gabbiani finché non è arrivata la pioggia.")]
    [InlineData("nl", "De veerboot was weer te laat, dus gingen we op de muur zitten en telden we meeuwen tot de regen ons naar binnen joeg.")]
    [InlineData("sv", "Färjan var sen igen, så vi satte oss på muren och räknade måsar tills regnet drev in oss i huset.")]
    [InlineData("da", "Færgen var forsinket igen, så vi satte os på muren og talte måger, indtil regnen jog os indenfor i huset.")]
    [InlineData("no", "Ferja var forsinket igjen, så vi satte oss på muren og telte måker til regnet jaget oss inn i huset.")]
    [InlineData("fi", "Lautta oli taas myöhässä, joten istuimme muurilla ja laskimme lokkeja, kunnes sade ajoi meidät takaisin sisälle.")]
    [InlineData("pl", "Prom znowu się spóźnił, więc usiedliśmy na murku i liczyliśmy mewy, aż deszcz zagonił nas do środka.")]
    [InlineData("cs", "Přívoz měl zase zpoždění, tak jsme si sedli na zídku a počítali racky, dokud nás déšť nezahnal dovnitř.")]
    [InlineData("hu", "A komp megint késett, ezért leültünk a falra, és sirályokat számoltunk, amíg az eső be nem kergetett minket a házba.")]
    [InlineData("ro", "Feribotul a întârziat din nou, așa că ne-am așezat pe zid și am numărat pescăruși până când ne-a alungat ploaia.")]
    [InlineData("tr", "Vapur yine gecikti, biz de duvarın üstüne oturup yağmur bizi içeri sokana kadar martıları saydık.")]
    [InlineData("id", "Kapal feri terlambat lagi, jadi kami duduk di atas tembok dan menghitung burung camar sampai hujan turun.")]
    [InlineData("vi", "Chuyến phà lại đến muộn, chúng tôi ngồi trên bờ tường đếm chim hải âu cho đến khi trời mưa mới chạy vào nhà.")]
    [InlineData("ru", "Паром снова опоздал, поэтому мы сели на стену и считали чаек, пока дождь не загнал нас обратно в дом.")]
    [InlineData("uk", "Пором знову запізнився, тож ми сіли на мур і рахували чайок, доки дощ не загнав нас назад до хати.")]
    [InlineData("bg", "Фериботът пак закъсня, затова седнахме на стената и брояхме чайките, докато дъждът не ни прогони вътре.")]
    [InlineData("sr", "Трајект је опет каснио, па смо сели на зид и бројали галебове док нас киша није отерала унутра.")]
    [InlineData("ar", "تأخرت العبارة مرة أخرى، فجلسنا على الجدار نعد طيور النورس حتى أجبرنا المطر على العودة إلى البيت.")]
    [InlineData("fa", "کشتی باز هم دیر کرد، برای همین روی دیوار نشستیم و مرغ‌های دریایی را شمردیم تا باران ما را به خانه برگرداند.")]
    [InlineData("ur", "کشتی پھر دیر سے آئی، اس لیے ہم دیوار پر بیٹھ کر پرندے گنتے رہے یہاں تک کہ بارش نے ہمیں اندر بھیج دیا۔")]
    [InlineData("hi", "नाव फिर देर से आई, इसलिए हम दीवार पर बैठकर पक्षी गिनते रहे, जब तक बारिश ने हमें घर के अंदर नहीं भेज दिया।")]
    [InlineData("mr", "बोट पुन्हा उशिरा आली, म्हणून आम्ही भिंतीवर बसून पक्षी मोजत राहिलो आणि मग पाऊस आल्यावर घरात गेलो.")]
    [InlineData("he", "המעבורת שוב איחרה, אז ישבנו על החומה וספרנו שחפים עד שהגשם הבריח אותנו בחזרה הביתה.")]
    [InlineData("el", "Το πλοίο άργησε πάλι, οπότε καθίσαμε στον τοίχο και μετρούσαμε γλάρους μέχρι που μας έδιωξε η βροχή.")]
    [InlineData("th", "เรือข้ามฟากมาสายอีกแล้ว พวกเราเลยนั่งนับนกนางนวลอยู่บนกำแพงจนฝนไล่เรากลับเข้าบ้าน")]
    [InlineData("ja", "渡し船がまた遅れたので、私たちは堤防に座って、雨に追われるまでカモメを数えていた。")]
    [InlineData("ko", "배가 또 늦어서 우리는 담장에 앉아 비가 올 때까지 갈매기를 세다가 집으로 들어왔다.")]
    [InlineData("bn", "নৌকা আবার দেরি করল, তাই আমরা দেয়ালে বসে বৃষ্টি না আসা পর্যন্ত পাখি গুনলাম।")]
    [InlineData("ta", "படகு மீண்டும் தாமதமானது, எனவே மழை வரும் வரை சுவரில் அமர்ந்து பறவைகளை எண்ணினோம்.")]
    [InlineData("ka", "ბორანმა ისევ დაიგვიანა, ამიტომ კედელზე ვისხედით და თოლიებს ვითვლიდით, სანამ წვიმა არ წამოვიდა.")]
    [InlineData("hy", "Լաստանավը նորից ուշացավ, ուստի նստեցինք պատին ու ճայեր հաշվեցինք, մինչև անձրևը մեզ տուն քշեց։")]
    public void Identify_Sentence_NamesItsLanguage(string language, string text)
    {
        var guess = Identifier.Identify(text);

        Assert.Equal(language, guess.Language);
        Assert.True(guess.Confidence > 0.6, $"{language}: {guess.Confidence}");
        Assert.Contains(language, LanguageIdentifier.Languages);
    }

    [Theory]
    [InlineData("en", "Where is the key?")]
    [InlineData("en", "HOW TO CLEAN A WINDOW")]
    [InlineData("zh", "钥匙在哪儿")]
    [InlineData("zh", "擦窗")]
    [InlineData("zh", "學而時習之，不亦說乎")]
    [InlineData("de", "Wo ist der Schlüssel?")]
    [InlineData("fr", "Où est la clé ?")]
    [InlineData("es", "¿Dónde está la llave?")]
    [InlineData("ru", "Где ключ?")]
    [InlineData("ja", "鍵はどこ")]
    [InlineData("ja", "東京大学図書館")]
    [InlineData("ko", "열쇠 어디")]
    public void Identify_FewWords_NamesTheirLanguage(string language, string text)
    {
        Assert.Equal(language, Identifier.Identify(text).Language);
    }

    [Theory]
    [InlineData("Hans", "这个图书馆的书架后面有一扇门，门后是个小院子。")]
    [InlineData("Hant", "這個圖書館的書架後面有一扇門，門後是個小院子。")]
    [InlineData("Hant", "呢間圖書館啲書架後面有道門，門後面係個細院。")]
    [InlineData("Hans", "老师在黑板上写了一个繁体的「書」字，让大家对照简体来认。")]
    [InlineData("Hani", "这个图书馆 這個圖書館")]
    [InlineData(null, "大人小心")]
    public void Identify_Chinese_NamesItsScript(string? script, string text)
    {
        var guess = Identifier.Identify(text);

        Assert.Equal("zh", guess.Language);
        Assert.Equal(script, guess.Script);
    }

    [Theory]
    [InlineData("zh", "我们组的 deadline 是周五，先把 baseline 跑通，再看要不要加 attention，loss 降不下去就换 optimizer。")]
    [InlineData("zh", "用 git rebase -i 整理提交，然后 git push --force-with-lease，别忘了先跟同事打招呼。")]
    [InlineData("zh", "详情见 https://example.org/a/very/long/address/that/goes/on/and/on.html?with=query&and=more")]
    [InlineData("en", "The word 关系 is hard to translate: connection, relationship and influence are all part of what it means.")]
    [InlineData("en", "She ordered 饺子 and 豆腐, then asked the waiter whether the soup had any pork in it, because it usually does.")]
    public void Identify_ChineseAndEnglish_NamesTheOneThatCarriesMore(string language, string text)
    {
        Assert.Equal(language, Identifier.Identify(text).Language);
    }

    // One Han character stands against four Latin letters.
    [Theory]
    [InlineData(1, "en")]
    [InlineData(3, "en")]
    [InlineData(5, "zh")]
    [InlineData(9, "zh")]
    public void Identify_HanPerFourWords_TurnsAtTheWeight(int han, string language)
    {
        // 16 Latin letters.
        var text = string.Join(' ', Enumerable.Repeat("with this good will " + new string('书', han), 20));

        Assert.Equal(language, Identifier.Identify(text).Language);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t\r\n　")]
    [InlineData("0123 456,789.00 −12% 3/4 ２０２４")]
    [InlineData("。，！？…—— ()[]{}<>")]
    [InlineData("😀😺🎉👍🏽👨‍👩‍👧‍👦🇨🇳")]
    [InlineData("\0\0\0\uFFFD\uFFFF")]
    [InlineData("\uD83D \uDE00 \uD83D\uD83D")]
    [InlineData("ᚠᚢᚦᚨᚱᚲ")]
    public void Identify_NothingToGoBy_IsUndetermined(string text)
    {
        Assert.Equal(new LanguageGuess("und", 0, null), Identifier.Identify(text));
    }

    [Fact]
    public void Identify_Program_GoesByItsWords()
    {
        const string English = """
            def load(path):
                # Read the whole file and keep only the lines that have something in them.
                with open(path) as f:
                    return [line.strip() for line in f if line.strip()]
            """;
        const string Chinese = """
            def load(path):
                # 读取整个文件，只保留有内容的行，空行和只有空格的行都不要
                with open(path) as f:
                    return [s for s in f if s]  # 去掉首尾空白以后再返回给调用者
            """;

        Assert.Equal("en", Identifier.Identify(English).Language);
        Assert.Equal("zh", Identifier.Identify(Chinese).Language);
    }

    [Fact]
    public void Identify_LongText_LooksBeyondItsBeginning()
    {
        const string Banner = "Cookies help us deliver our services. By using our services you agree to our use of them. ";
        var text = string.Concat(Enumerable.Repeat(Banner, 20)) + string.Concat(Enumerable.Repeat("河边的柳树又发芽了。", 2000));

        Assert.Equal("zh", Identifier.Identify(text).Language);
    }

    [Fact]
    public void Identify_EvenMixture_IsUnsure()
    {
        var guess = Identifier.Identify("Паром снова опоздал на час. The ferry was late by an hour.");

        Assert.InRange(guess.Confidence, 0.2, 0.8);
    }

    [Fact]
    public void Identify_Again_GivesTheSame()
    {
        var texts = Texts(seed: 7, count: 400);
        var expected = texts.Select(text => Identifier.Identify(text)).ToArray();
        var other = new LanguageIdentifier(LanguageProfileFile.ReadEmbedded());
        var actual = new LanguageGuess[texts.Length];

        Parallel.For(0, texts.Length, i => actual[texts.Length - 1 - i] = other.Identify(texts[texts.Length - 1 - i]));

        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Identify_AnyText_AnswersWithinBounds()
    {
        foreach (var text in Texts(seed: 11, count: 2000))
        {
            var guess = Identifier.Identify(text);

            Assert.InRange(guess.Confidence, 0, 1);
            Assert.True(guess.Language is "und" || LanguageIdentifier.Languages.Contains(guess.Language));
            Assert.Equal(guess.Language == "und", guess.Confidence == 0);
            Assert.True(guess.Script is null || guess.Language == "zh");
        }
    }

    [Theory]
    [InlineData("a")]
    [InlineData("中")]
    [InlineData("ア")]
    [InlineData("я")]
    [InlineData(":")]
    [InlineData("://")]
    [InlineData("\0")]
    [InlineData(@"\uD840")]
    [InlineData(@"\uDC00")]
    [InlineData("e\u0301\u0302\u0303\u0304")]
    [InlineData("\u0301")]
    [InlineData("A_1.")]
    public void Identify_SixteenMegabytesOfOneThing_Answers(string unit)
    {
        // Half a surrogate pair has no form that a test's name can have: it comes escaped.
        unit = System.Text.RegularExpressions.Regex.Unescape(unit);
        var text = string.Concat(Enumerable.Repeat(unit, 16_000_000 / unit.Length));

        Assert.InRange(Identifier.Identify(text).Confidence, 0, 1);
    }

    [Fact]
    public void Identify_Allocates_Nothing()
    {
        var texts = Texts(seed: 3, count: 50);

        // Code that is not yet optimised boxes, and a busy machine is slow to optimise; one clean round is enough.
        var least = long.MaxValue;
        var started = TimeProvider.System.GetTimestamp();
        while (least > 0 && TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromMinutes(1))
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var text in texts)
            {
                Identifier.Identify(text);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            Thread.Sleep(1);
        }

        Assert.Equal(0, least);
    }

    private static string[] Texts(int seed, int count)
    {
        const string Alphabet = "etaoin shrdlu EN.:/_19中国書学图ひらカナ한국яжщюعربيहिन्दीßéñ\u0301\uD83D\uDE00\n";
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Text(random.Next(1, 5000)))];

        // Runs of neighbours, so that words and scripts hold together.
        string Text(int length) => string.Create(length, random, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = i > 0 && source.Next(4) > 0 && Alphabet.IndexOf(span[i - 1], StringComparison.Ordinal) is var at
                    ? Alphabet[(at + 1) % Alphabet.Length]
                    : Alphabet[source.Next(Alphabet.Length)];
            }
        });
    }
}
