//! Amounts of money in the minor unit of an ISO 4217 currency.

use super::number;
use crate::Language;
use crate::journey::words::Why;

/// The active codes of ISO 4217 that people pay with.
const CODES: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP \
    CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD \
    JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN \
    NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB \
    TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG";

/// Signs and words for currencies, in lower case.
const SIGNS: [(&str, &[&str]); 12] = [
    ("€", &["EUR"]),
    ("euros", &["EUR"]),
    ("euro", &["EUR"]),
    ("£", &["GBP"]),
    ("us$", &["USD"]),
    ("$", &["USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"]),
    ("¥", &["JPY", "CNY"]),
    ("sfr.", &["CHF"]),
    ("fr.", &["CHF"]),
    ("franken", &["CHF"]),
    ("francs", &["CHF", "XOF", "XAF"]),
    ("kr", &["SEK", "NOK", "DKK", "ISK"]),
];

/// Whether this is a currency.
pub(crate) fn known(code: &str) -> bool {
    code.len() == 3 && CODES.split(' ').any(|c| c == code)
}

/// How many decimals the currency's minor unit has.
pub(crate) fn minor_digits(code: &str) -> u8 {
    match code {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// A decimal in the currency's minor unit; `None` where it has more decimals than the currency, or is too large.
pub(crate) fn to_minor(digits: i64, places: u8, code: &str) -> Option<i64> {
    let missing = minor_digits(code).checked_sub(places)?;
    digits.checked_mul(10_i64.checked_pow(u32::from(missing))?)
}

/// An amount as a customer writes it, with or without the currency's code or sign, before or after: in the minor unit.
pub(crate) fn read(text: &str, code: &str, language: &Language) -> Result<i64, Why> {
    let bare = without_currency(text, code)?;
    // Swiss and German price lists write a dash for no cents.
    let bare = bare.trim().trim_end_matches(".-").trim_end_matches(".–").trim_end_matches(",-").trim_end_matches(",–");
    let (digits, places) = number::read(bare, language).map_err(|_| Why::NotAnAmount)?;
    to_minor(digits, places, code).ok_or(Why::NotAnAmount)
}

fn without_currency(text: &str, code: &str) -> Result<String, Why> {
    let lower = text.trim().to_lowercase();
    let outer = |text: &str, word: &str| -> Option<String> {
        text.strip_prefix(word).or_else(|| text.strip_suffix(word)).map(|rest| rest.trim().to_owned())
    };
    if let Some(rest) = outer(&lower, &code.to_lowercase()) {
        return Ok(rest);
    }
    for (sign, codes) in SIGNS {
        if let Some(rest) = outer(&lower, sign) {
            return if codes.contains(&code) { Ok(rest) } else { Err(Why::OtherCurrency(code.to_owned())) };
        }
    }
    let other = CODES.split(' ').any(|c| c != code && outer(&lower, &c.to_lowercase()).is_some());
    if other { Err(Why::OtherCurrency(code.to_owned())) } else { Ok(lower) }
}

/// An amount in the customer's language, with the code.
pub(crate) fn show(minor: i64, code: &str, language: &Language) -> String {
    format!("{} {code}", number::show(minor, minor_digits(code), language))
}
