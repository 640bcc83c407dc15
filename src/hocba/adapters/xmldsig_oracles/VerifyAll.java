import java.io.File;
import java.security.Key;
import java.security.cert.X509Certificate;
import javax.xml.crypto.AlgorithmMethod;
import javax.xml.crypto.KeySelector;
import javax.xml.crypto.KeySelectorException;
import javax.xml.crypto.KeySelectorResult;
import javax.xml.crypto.XMLCryptoContext;
import javax.xml.crypto.XMLStructure;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.keyinfo.X509Data;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Prints "OK path" for each file of which every XML signature verifies, else "BAD path". */
public class VerifyAll {
    public static void main(String[] paths) throws Exception {
        XMLSignatureFactory signatures = XMLSignatureFactory.getInstance("DOM");
        DocumentBuilderFactory documents = DocumentBuilderFactory.newInstance();
        documents.setNamespaceAware(true);
        documents.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        for (String path : paths) {
            boolean good;
            try {
                good = verifies(signatures, documents.newDocumentBuilder().parse(new File(path)));
            } catch (Exception error) {
                good = false;
            }
            System.out.println((good ? "OK " : "BAD ") + path);
        }
    }

    private static boolean verifies(XMLSignatureFactory factory, Document document)
            throws Exception {
        NodeList nodes = document.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature");
        NodeList all = document.getElementsByTagNameNS("*", "*");
        // The last covers those before it: in an altered file it is the first to fail.
        for (int number = nodes.getLength() - 1; number >= 0; number--) {
            DOMValidateContext context =
                    new DOMValidateContext(new CertificateInside(), nodes.item(number));
            for (int index = 0; index < all.getLength(); index++) {
                Element element = (Element) all.item(index);
                if (element.hasAttribute("Id")) {
                    context.setIdAttributeNS(element, null, "Id");
                }
            }
            if (!factory.unmarshalXMLSignature(context).validate(context)) {
                return false;
            }
        }
        return nodes.getLength() > 0;
    }

    /** Takes the key from the certificate that the signature carries. */
    private static final class CertificateInside extends KeySelector {
        @Override
        public KeySelectorResult select(
                KeyInfo info, Purpose purpose, AlgorithmMethod method, XMLCryptoContext context)
                throws KeySelectorException {
            for (Object part : info.getContent()) {
                if (part instanceof X509Data) {
                    for (Object item : ((X509Data) part).getContent()) {
                        if (item instanceof X509Certificate) {
                            Key key = ((X509Certificate) item).getPublicKey();
                            return () -> key;
                        }
                    }
                }
            }
            throw new KeySelectorException("no certificate");
        }
    }
}
