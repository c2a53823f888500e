namespace Ziya.Corpus.Filtering;

/// <summary>Kinds of personal data.</summary>
public enum PiiKind
{
    /// <summary>E-mail addresses.</summary>
    Email,

    /// <summary>Telephone numbers: Chinese mobile and fixed ones, North American ones, and those of any country that begin with `+`.</summary>
    Phone,

    /// <summary>Numbers of Chinese resident identity cards, with a valid region, date and check digit.</summary>
    IdCard,

    /// <summary>Numbers of bank cards: of an issuer's range and length, with a valid check digit.</summary>
    BankCard,

    /// <summary>IP addresses of versions 4 and 6.</summary>
    Ip,

    /// <summary>Numbers of Chinese passports, where the text says so.</summary>
    Passport,

    /// <summary>Chinese number plates.</summary>
    Plate,
}
